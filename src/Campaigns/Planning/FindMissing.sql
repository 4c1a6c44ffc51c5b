-- Of the lists, segments and contacts that a campaign names, those that are not there; and whether its template and its formula are not.
select array(
           select named.id from unnest($2::uuid[]) named(id)
           where not exists (select from lists l where l.tenant_id = $1 and l.id = named.id)
       ),
       array(
           select named.id from unnest($3::uuid[]) named(id)
           where not exists (select from mt_doc_segment s where s.tenant_id = $1 and s.id = named.id and not (s.data ->> 'deleted')::bool)
       ),
       array(
           select named.id from unnest($4::uuid[]) named(id)
           where not exists (select from contacts c where c.tenant_id = $1 and c.id = named.id)
       ),
       $5::uuid is not null and not exists (select from mt_doc_template where tenant_id = $1 and id = $5),
       $6::uuid is not null and not exists (select from mt_doc_formula where tenant_id = $1 and id = $6)
