-- Models, their immutable versions, movable aliases and the trail of every change.
-- Times are milliseconds since the Unix epoch, UTC. Columns named *_json hold the JSON of a type in tidegate-core.

create table model (
    id            integer primary key autoincrement not null,
    name          text    not null,
    created_ms    integer not null,
    deleted_ms    integer,
    tags_json     text    not null,
    card          text    not null,
    settings_json text    not null,
    champion      integer references version (id) on delete set null,
    challenger    integer references version (id) on delete set null,
    previous      integer references version (id) on delete set null
) strict;

-- A name belongs to one living model; those in the bin keep theirs without claiming it.
create unique index model_by_name on model (name) where deleted_ms is null;

create table version (
    id              integer primary key autoincrement not null,
    model           integer not null references model (id) on delete cascade,
    number          integer not null,
    created_ms      integer not null,
    sha256          text    not null,
    bytes           integer not null,
    source_json     text    not null,
    inspection_json text    not null,
    schema_json     text    not null,
    unique (model, number),
    unique (model, sha256)
) strict;

create index version_by_artifact on version (sha256);

-- Append-only; it outlives the models it speaks of, so `model` is no foreign key.
create table audit (
    id      integer primary key autoincrement not null,
    time_ms integer not null,
    model   integer,
    kind    text    not null,
    who     text    not null,
    what    text    not null,
    why     text    not null
) strict;

create index audit_by_model on audit (model, id);

create trigger audit_is_not_changed before update on audit
begin
    select raise(abort, 'the audit is append-only');
end;

create trigger audit_is_not_shortened before delete on audit
begin
    select raise(abort, 'the audit is append-only');
end;

create table setting (
    key   text primary key not null,
    value text not null
) strict, without rowid;

create table dataset (
    id           integer primary key autoincrement not null,
    model        integer not null references model (id) on delete cascade,
    name         text    not null,
    role         text    not null,
    sha256       text    not null,
    bytes        integer not null,
    rows         integer not null,
    columns_json text    not null,
    created_ms   integer not null,
    -- 1 for the one reference the model is compared with now.
    current      integer not null
) strict;

create unique index dataset_reference on dataset (model) where current = 1;
create index dataset_by_model on dataset (model, id);
create index dataset_by_file on dataset (sha256);
