-- Who left a group of the provider's comes back by joining it again: which one it was. Null: all messages.
alter table suppressions add column unsubscribe_group varchar;
