delete from limit_waits where until < $1
