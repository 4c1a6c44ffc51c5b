-- Of the lists and campaigns that a condition names, those that are not there. A draft that was removed was there, and nobody got it.
select array(
           select named.id from unnest($2::uuid[]) named(id)
           where not exists (select from lists l where l.tenant_id = $1 and l.id = named.id)
       ),
       array(
           select named.id from unnest($3::uuid[]) named(id)
           where not exists (select from mt_doc_campaign c where c.tenant_id = $1 and c.id = named.id)
       )
