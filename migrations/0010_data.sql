-- Data sets of their own, which belong to no model; first models made from them; old labelled rows for replay.

-- `dataset` anew: a model is no longer needed.
create table dataset_anew (
    id           integer primary key autoincrement not null,
    -- Null for a registered data set, which belongs to no model.
    model        integer references model (id) on delete cascade,
    name         text    not null,
    role         text    not null,
    sha256       text    not null,
    bytes        integer not null,
    rows         integer not null,
    columns_json text    not null,
    created_ms   integer not null,
    -- 1 for the one reference the model is compared with now.
    current      integer not null,
    format       text    not null default 'csv',
    -- Where a file lies that was not copied into the data folder.
    path         text,
    -- The registered data set that a model's own was made from.
    origin       integer references dataset (id) on delete set null,
    -- Set while it lies in the bin.
    deleted_ms   integer,
    -- What its columns look like; null for those from before this was looked at.
    profile_json text,
    -- Tags, notes, what is personal, where it came from.
    marks_json   text    not null default '{}'
) strict;

insert into dataset_anew (id, model, name, role, sha256, bytes, rows, columns_json, created_ms, current)
    select id, model, name, role, sha256, bytes, rows, columns_json, created_ms, current from dataset;
drop table dataset;
alter table dataset_anew rename to dataset;

create unique index dataset_reference on dataset (model) where current = 1;
create index dataset_by_model on dataset (model, id);
create index dataset_by_file on dataset (sha256);
create index dataset_by_origin on dataset (origin);

create table training (
    id            integer primary key autoincrement not null,
    dataset       integer not null references dataset (id) on delete cascade,
    state         text    not null,
    -- The whole of it but its id; `state` repeats the one field that is searched for.
    training_json text    not null
) strict;

create index training_by_dataset on training (dataset, id);

-- A seeded sample of labelled rows that were let go of.
create table reservoir (
    model     integer primary key not null references model (id) on delete cascade,
    -- Rows offered so far.
    seen      integer not null,
    -- Rows whose predictions were made before this have been offered.
    until_ms  integer not null,
    rows_json text    not null
) strict;
