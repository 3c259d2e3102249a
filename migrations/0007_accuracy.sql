-- What estimates a version's accuracy without labels, fitted on a labelled reference.
create table estimator (
    version integer primary key not null references version (id) on delete cascade,
    body    blob not null
) strict;
