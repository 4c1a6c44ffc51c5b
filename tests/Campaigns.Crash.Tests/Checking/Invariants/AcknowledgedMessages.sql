-- Every message whose sending was acknowledged to a client was sent.
select a.id
from acknowledged a
where a.what = 'message' and not exists (select from sent s where s.message = a.id)
