using System.Collections;
using System.Diagnostics.CodeAnalysis;
using Campaigns.Audience;
using Campaigns.Audience.Offers;
using HandlebarsDotNet;
using HandlebarsDotNet.Compiler;
using HandlebarsDotNet.Iterators;
using HandlebarsDotNet.MemberAccessors;
using HandlebarsDotNet.ObjectDescriptors;
using HandlebarsDotNet.PathStructure;
using HandlebarsDotNet.ValueProviders;

namespace Campaigns.Authoring.Rendering;

/// <summary>What a template can name: the fields of one recipient that have a value. Empty is as good as absent: nobody gets "Dear ,".</summary>
/// <param name="offers">What the message is about; null where it is about no offers.</param>
/// <param name="behind">Of an offer the contact, whose fields it has where it has none of its own.</param>
sealed class RecipientFields(
    IReadOnlyDictionary<string, string?> fields, IReadOnlyList<IReadOnlyDictionary<string, string?>>? offers = null, RecipientFields? behind = null)
{
    /// <summary>The offers of the contact, each with its fields and those of the contact behind them; null where the message is about none.</summary>
    public OfferList? Offers => field ??= offers is null ? null : new OfferList([.. offers.Select(offer => new RecipientFields(offer, behind: this))]);

    /// <param name="name">In whatever form of Unicode it is written: an editor may keep é as e and an accent, and the fields are kept composed.</param>
    public bool TryGet(string name, [NotNullWhen(true)] out string? value) =>
        (fields.TryGetValue(VisibleText.Compose(name), out value) && !VisibleText.IsBlank(value)) || (behind?.TryGet(name, out value) ?? false);

    /// <summary>Those that are the contact's own.</summary>
    public IEnumerable<KeyValuePair<string, string?>> WithValues() =>
        fields.Where(field => field.Key is not (Footer.UnsubscribeUrl or Footer.PostalAddress) && !VisibleText.IsBlank(field.Value));
}

/// <summary>What a loop goes through; false in a condition where there are none.</summary>
sealed class OfferList(IReadOnlyList<RecipientFields> offers) : IEnumerable
{
    public IReadOnlyList<RecipientFields> Offers => offers;

    public IEnumerator GetEnumerator() => offers.GetEnumerator();
}

/// <summary>
/// How the library gets at the fields and at a text: a name is a field or nothing, never a member of a class; every look and every turn of a loop is
/// counted; a text has no parts and nobody goes through its letters.
/// </summary>
sealed class RecipientFieldsDescriptors(int costOfTurn) : IObjectDescriptorProvider
{
    readonly ObjectDescriptor fields = new(
        typeof(RecipientFields), new FieldAccessor(), (_, _) => Array.Empty<string>(), _ => new FieldIterator(costOfTurn));

    readonly ObjectDescriptor list = new(
        typeof(OfferList), new NoMembers(), (_, _) => Array.Empty<string>(), _ => new OfferIterator(costOfTurn));

    readonly ObjectDescriptor text = new(typeof(string), new NoMembers(), (_, _) => Array.Empty<string>(), _ => new NoTurns());

    public bool TryGetDescriptor(Type type, [NotNullWhen(true)] out ObjectDescriptor? value)
    {
        // Whatever else there is (numbers, truth values, what is missing) has no parts either.
        value = type == typeof(RecipientFields) ? fields : type == typeof(OfferList) ? list : text;
        return true;
    }

    sealed class FieldAccessor : IMemberAccessor
    {
        public bool TryGetValue(object instance, ChainSegment memberName, out object? value)
        {
            RenderingRun.Current.Step();
            var fields = (RecipientFields)instance;
            if (memberName.TrimmedValue == OfferFields.All && fields.Offers is { } offers)
            {
                value = offers;
                return true;
            }

            var isKnown = fields.TryGet(memberName.TrimmedValue, out var found);
            if (!isKnown && memberName.TrimmedValue == OfferFields.All)
            {
                RenderingRun.Current.AddMissing(OfferFields.All); // the message would say nothing where its offers should stand
            }

            value = found;
            return isKnown;
        }
    }

    sealed class NoMembers : IMemberAccessor
    {
        public bool TryGetValue(object instance, ChainSegment memberName, out object? value)
        {
            RenderingRun.Current.Step();
            value = null;
            return false;
        }
    }

    sealed class FieldIterator(int costOfTurn) : IIterator
    {
        public void Iterate(
            in EncodedTextWriter writer, BindingContext context, ChainSegment[] blockParamsVariables, object input, TemplateDelegate template,
            TemplateDelegate ifEmpty)
        {
            using var frame = context.CreateFrame();
            var turn = new IteratorValues(frame);
            var turns = ((RecipientFields)input).WithValues().ToList();
            for (var index = 0; index < turns.Count; index++)
            {
                RenderingRun.Current.Step(costOfTurn);
                turn.First = index == 0;
                turn.Last = index == turns.Count - 1;
                turn.Index = index;
                turn.Key = turns[index].Key;
                turn.Value = turns[index].Value;
                frame.Value = turns[index].Value!;
                template(writer, frame);
            }

            if (turns.Count == 0)
            {
                frame.Value = context.Value;
                ifEmpty(writer, frame);
            }
        }
    }

    sealed class OfferIterator(int costOfTurn) : IIterator
    {
        public void Iterate(
            in EncodedTextWriter writer, BindingContext context, ChainSegment[] blockParamsVariables, object input, TemplateDelegate template,
            TemplateDelegate ifEmpty)
        {
            using var frame = context.CreateFrame();
            var turn = new IteratorValues(frame);
            var offers = ((OfferList)input).Offers;
            for (var index = 0; index < offers.Count; index++)
            {
                RenderingRun.Current.Step(costOfTurn);
                turn.First = index == 0;
                turn.Last = index == offers.Count - 1;
                turn.Index = index;
                turn.Key = index;
                turn.Value = offers[index];
                frame.Value = offers[index];
                template(writer, frame);
            }

            if (offers.Count == 0)
            {
                frame.Value = context.Value;
                ifEmpty(writer, frame);
            }
        }
    }

    sealed class NoTurns : IIterator
    {
        public void Iterate(
            in EncodedTextWriter writer, BindingContext context, ChainSegment[] blockParamsVariables, object input, TemplateDelegate template,
            TemplateDelegate ifEmpty)
        {
            using var frame = context.CreateFrame();
            frame.Value = context.Value;
            ifEmpty(writer, frame);
        }
    }
}

/// <summary>What a helper gives where it has nothing to give: false in a condition, and a missing variable where it is written.</summary>
sealed class MissingValue(string name) : IEnumerable
{
    public string Name => name;

    // The library takes what is empty to go through for false.
    public IEnumerator GetEnumerator() => Array.Empty<object>().GetEnumerator();
}
