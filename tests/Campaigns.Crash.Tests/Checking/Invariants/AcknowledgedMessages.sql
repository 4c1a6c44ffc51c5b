-- Every message whose sending was acknowledged to a client was sent.
select a.id
from acknowledged a
where a.what = 'message' and a.id not in (select message from sent)
