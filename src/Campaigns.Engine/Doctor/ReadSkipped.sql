select array(select position from skipped_events where projection = $1)
