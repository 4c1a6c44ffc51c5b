insert into balances as b (account, balance, facts)
select account, sum(amount), count(*)
from unnest($1, $2) e(account, amount)
group by account
order by account
on conflict (account) do update set balance = b.balance + excluded.balance, facts = b.facts + excluded.facts
