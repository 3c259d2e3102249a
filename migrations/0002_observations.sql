-- What models were asked, what they answered, what turned out to be true, and the numbers made from it.

-- Predictions lie in columnar blocks, many to a row. A block holds one version and spans at most one minute of
-- ids and one minute of times, so that one prediction is found by its id's time without an index entry each.
create table prediction_block (
    id         integer primary key autoincrement not null,
    version    integer not null references version (id) on delete cascade,
    -- Of the ids, inclusive.
    id_from_ms integer not null,
    id_to_ms   integer not null,
    -- Of the predictions, inclusive.
    from_ms    integer not null,
    to_ms      integer not null,
    requests   integer not null,
    rows       integer not null,
    errors     integer not null,
    -- Ids, times and row counts apart from the rest: matching labels needs no more.
    head       blob    not null,
    body       blob    not null
) strict;

create index prediction_block_by_id on prediction_block (id_from_ms, id_to_ms);
create index prediction_block_by_time on prediction_block (version, to_ms);
create index prediction_block_by_age on prediction_block (to_ms);

-- Only requests that carried an id of the client's.
create table client_id (
    client_id  text    not null,
    -- Newest last: ids are time-ordered.
    prediction blob    not null,
    block      integer not null references prediction_block (id) on delete cascade,
    primary key (client_id, prediction)
) strict, without rowid;

create index client_id_by_block on client_id (block);

create table label (
    prediction   blob    not null,
    row          integer not null,
    -- A number or a class name, as JSON.
    truth_json   text    not null,
    time_ms      integer not null,
    -- Null while the prediction is unknown: the label came early, or the prediction was never recorded.
    version      integer references version (id) on delete cascade,
    predicted_ms integer,
    primary key (prediction, row)
) strict, without rowid;

create index label_by_time on label (version, predicted_ms) where version is not null;
create index label_waiting on label (prediction) where version is null;

-- Labels that name a client's id nobody has sent yet.
create table client_label (
    client_id  text    not null,
    row        integer not null,
    truth_json text    not null,
    time_ms    integer not null,
    primary key (client_id, row)
) strict, without rowid;

create table bucket (
    version integer not null references version (id) on delete cascade,
    -- 0 minute, 1 hour, 2 day.
    level   integer not null,
    time_ms integer not null,
    body    blob    not null,
    primary key (version, level, time_ms)
) strict;

create index bucket_by_age on bucket (level, time_ms);

create table baseline (
    version integer primary key not null references version (id) on delete cascade,
    body    blob not null
) strict;

-- One row a minute.
create table system_sample (
    time_ms       integer primary key not null,
    process_cpu   real    not null,
    machine_cpu   real    not null,
    process_bytes integer not null,
    machine_bytes integer not null,
    machine_total integer not null
) strict;
