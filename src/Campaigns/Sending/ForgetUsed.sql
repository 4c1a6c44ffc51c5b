-- In the order in which the keys are locked by those who add to them, and none of those whom somebody holds at this moment.
delete from permits p
using (select limit_key, frees_at, claim from permits where frees_at <= $1 order by limit_key, frees_at, claim for update skip locked) used
where p.limit_key = used.limit_key and p.frees_at = used.frees_at and p.claim = used.claim
