-- Passes over those whom somebody holds at this moment: it waits for nobody.
delete from permits p
using (select limit_key, frees_at, claim from permits where frees_at <= $1 order by frees_at limit $2 for update skip locked) used
where p.limit_key = used.limit_key and p.frees_at = used.frees_at and p.claim = used.claim
