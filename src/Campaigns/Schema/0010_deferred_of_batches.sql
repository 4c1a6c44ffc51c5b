-- Recipients of the batch whose attempt failed for a reason that passes: queued again, to be tried at a time of their own.
alter table batches add column deferred int;
