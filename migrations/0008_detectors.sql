-- Concept drift: how the errors of each version stand with their detectors, and the labels these have yet to take.

create table error_stream (
    version integer primary key not null references version (id) on delete cascade,
    body    blob not null
) strict;

-- Labels in the order they found their prediction, until a stored state has taken them: a crash neither loses
-- one nor has one taken twice.
create table label_inbox (
    id         integer primary key not null,
    version    integer not null references version (id) on delete cascade,
    prediction blob    not null,
    row        integer not null
) strict;
