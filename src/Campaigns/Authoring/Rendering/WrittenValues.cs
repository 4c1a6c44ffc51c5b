using HandlebarsDotNet;
using HandlebarsDotNet.IO;

namespace Campaigns.Authoring.Rendering;

/// <summary>
/// Stands where a template writes what is no text: a variable that is not there is noted, all of them and not just the first; anything that has no
/// text of its own ends the rendering, so that the name of a class is never written.
/// </summary>
sealed class WrittenValues : IFormatterProvider, IFormatter
{
    public bool TryCreateFormatter(Type type, out IFormatter formatter)
    {
        formatter = this;
        return !(type == typeof(string) || type == typeof(bool) || type == typeof(int) || type == typeof(long) || type == typeof(decimal));
    }

    public void Format<T>(T value, in EncodedTextWriter writer)
    {
        switch (value)
        {
            case UndefinedBindingResult undefined:
                RenderingRun.Current.AddMissing(undefined.Value.Trim('[', ']'));
                break;
            case MissingValue missing:
                RenderingRun.Current.AddMissing(missing.Name);
                break;
            default:
                throw new InvalidOperationException(value is OfferList
                    ? "An expression gives all offers, which are no text: write {{#each offers}}{{reference}}{{/each}}."
                    : "An expression gives the whole contact, which is no text: name one of its fields.");
        }
    }
}
