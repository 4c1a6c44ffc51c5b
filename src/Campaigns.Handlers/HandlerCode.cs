using System.Reflection;

namespace Campaigns.Handlers;

/// <summary>The code between Wolverine and the handlers, which the build writes.</summary>
public static class HandlerCode
{
    public static Assembly Assembly => typeof(HandlerCode).Assembly;
}
