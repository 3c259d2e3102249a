-- What rows of a version must look like, and rows that did not.

create table quality_checks (
    version     integer primary key not null references version (id) on delete cascade,
    -- JSON whose meaning is the engine's.
    checks_json text not null
) strict;

-- Tagged rows for as long as predictions are kept, of refused and merely counted ones the newest as examples.
-- A refused request was never recorded: its prediction is only a name.
create table quality_violation (
    id         integer primary key autoincrement not null,
    version    integer not null references version (id) on delete cascade,
    prediction blob    not null,
    row        integer not null,
    time_ms    integer not null,
    check_id   text    not null,
    -- warn, tag or reject.
    action     text    not null,
    -- As it was sent.
    value      text    not null,
    -- What was wrong with it, in words.
    message    text    not null
) strict;

create index quality_violation_by_version on quality_violation (version, id);
create index quality_violation_by_check on quality_violation (version, check_id, id);
create index quality_violation_by_age on quality_violation (time_ms);
