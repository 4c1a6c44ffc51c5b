namespace Campaigns.Engine.Messages;

/// <summary>
/// Which of the due messages of a queue goes first. Every tenth claim begins with one of the others, in turn, so that a flood of urgent ones
/// slows them down but never stops them.
/// </summary>
public enum Priority : short
{
    Urgent = -1,
    Normal = 0,
    Background = 1,
}
