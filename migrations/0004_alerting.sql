-- Rules with ids, why an alert fired, snoozed rules; channels and what was sent through them; notes on charts.

-- The id of the rule; empty for alerts from before rules had ids.
alter table alert add column rule text not null default '';
alter table alert add column why_json text;

create table alert_snooze (
    model    integer not null references model (id) on delete cascade,
    -- The id of a rule; empty for all rules of the model.
    rule     text    not null,
    until_ms integer not null,
    primary key (model, rule)
) strict, without rowid;

create table channel (
    id           integer primary key autoincrement not null,
    -- All of it but its id, with its secrets.
    channel_json text    not null
) strict;

-- Messages on their way and those that arrived or were given up: the queue and its log.
create table delivery (
    id          integer primary key autoincrement not null,
    channel     integer not null references channel (id) on delete cascade,
    created_ms  integer not null,
    -- `waiting`, `sent`, `failed`.
    state       text    not null,
    -- Not sent before.
    due_ms      integer not null,
    attempts    integer not null,
    -- What it tells, a list; more is added until the first attempt.
    notices_json text   not null
) strict;

create index delivery_due on delivery (due_ms) where state = 'waiting';
create index delivery_by_channel on delivery (channel, id);
create index delivery_by_age on delivery (created_ms);

create table delivery_attempt (
    delivery integer not null references delivery (id) on delete cascade,
    number   integer not null,
    time_ms  integer not null,
    took_ms  integer not null,
    ok       integer not null,
    -- What the other side answered, or what went wrong.
    answer   text    not null,
    primary key (delivery, number)
) strict, without rowid;

create table annotation (
    id         integer primary key autoincrement not null,
    model      integer not null references model (id) on delete cascade,
    time_ms    integer not null,
    text       text    not null,
    who        text    not null,
    created_ms integer not null,
    changed_ms integer not null
) strict;

create index annotation_by_time on annotation (model, time_ms);
