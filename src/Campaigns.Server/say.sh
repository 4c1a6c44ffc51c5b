# say.sh BUILD LINE: says a line to whoever started the build, past MSBuild, which keeps what its commands write.
# BUILD is the process of the build; what it calls its standard error is what its caller reads.
errors=/proc/$1/fd/2
# A file is written to only where it takes the output as well: errors begin at its start, and would leave half of this line behind.
if [ -p "$errors" ] || [ -c "$errors" ] || [ "$errors" -ef "/proc/$1/fd/1" ]; then
  echo "$2" >> "$errors"
elif [ ! -d /proc ]; then
  echo "$2" > /dev/tty
fi 2>/dev/null
exit 0
