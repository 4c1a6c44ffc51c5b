namespace Campaigns.Sandbox;

/// <summary>Counts the events that are still to happen, to be posted or to be acknowledged.</summary>
sealed class Backlog
{
    readonly Lock gate = new();
    long pending;
    TaskCompletionSource? drained;

    public long Pending => Interlocked.Read(ref pending);

    public void Add(int events) => Interlocked.Add(ref pending, events);

    public void Done(int events)
    {
        if (Interlocked.Add(ref pending, -events) > 0)
        {
            return;
        }

        lock (gate)
        {
            if (Pending == 0)
            {
                drained?.SetResult();
                drained = null;
            }
        }
    }

    public Task Drained(CancellationToken cancellationToken)
    {
        lock (gate)
        {
            if (Pending == 0)
            {
                return Task.CompletedTask;
            }

            drained ??= new(TaskCreationOptions.RunContinuationsAsynchronously);
            return drained.Task.WaitAsync(cancellationToken);
        }
    }
}
