-- Versions that take over from the champion step by step, and those that are watched after they did.

create table canary (
    id          integer primary key autoincrement not null,
    model       integer not null references model (id) on delete cascade,
    state       text    not null,
    created_ms  integer not null,
    -- The whole of it but its id; `state` repeats the one field that is searched for.
    canary_json text    not null
) strict;

create index canary_by_model on canary (model, id);
-- A model has one at a time.
create unique index canary_active on canary (model) where state in ('running', 'watching');
