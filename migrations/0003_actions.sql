-- Alerts with the rules that fire them, and retraining runs.

create table alert (
    id               integer primary key autoincrement not null,
    model            integer not null references model (id) on delete cascade,
    signal           text    not null,
    subject          text,
    severity         text    not null,
    since_ms         integer not null,
    until_ms         integer,
    -- Null stands for a value that is no number.
    value            real,
    threshold        real,
    message          text    not null,
    snoozed_until_ms integer,
    acknowledged     integer not null
) strict;

create index alert_open on alert (model) where until_ms is null;
create index alert_by_model on alert (model, id);

create table alert_rules (
    model      integer primary key not null references model (id) on delete cascade,
    rules_json text not null
) strict;

create table run (
    id           integer primary key autoincrement not null,
    model        integer not null references model (id) on delete cascade,
    state        text    not null,
    created_ms   integer not null,
    -- The whole run but its id; `state` repeats the one field that is searched for.
    run_json     text    not null
) strict;

create index run_by_model on run (model, id);
create index run_by_state on run (state);
