select distinct coalesce(a.time_zone, '')
from audience a
where not a.removed
