using Campaigns.Audience;
using Campaigns.Audience.Offers;
using Campaigns.Authoring.Formulas;
using Campaigns.Http;
using Campaigns.Storage;
using Marten;
using Microsoft.AspNetCore.Components;

namespace Campaigns.Server.Components.Pages;

public sealed partial class FormulaDetails
{
    const int MostUses = 10;

    StreamState<Formula>? formula;
    FormulaForm form = FormulaForm.Of(null, 0);
    IReadOnlyList<string> wrong = [];
    IReadOnlyList<string>? tried;
    IReadOnlyList<Use> uses = [];
    string? refusal;

    /// <summary>Null for a new one.</summary>
    [Parameter]
    public Guid? Id { get; set; }

    [SupplyParameterFromForm(Name = "do", FormName = FormulaForm.FormName)]
    public string? Wanted { get; set; }

    [Inject]
    FindUses FindUses { get; set; } = null!;

    [Inject]
    ApiRequest Request { get; set; } = null!;

    [Inject]
    NavigationManager Navigation { get; set; } = null!;

    bool IsNew => Id is null;

    protected override Task OnInitializedAsync() => Read(async ct =>
    {
        if (Id is { } id)
        {
            var found = await Request.Store.Load<Formula>(TenantId, id, ct);
            if (found.State.Revision == 0)
            {
                Answer(StatusCodes.Status404NotFound);
                return;
            }

            formula = found;
        }

        form = Http.Request.HasFormContentType && await Http.Request.ReadFormAsync(ct) is var posted && posted["_handler"] == FormulaForm.FormName
            ? FormulaForm.Read(posted)
            : FormulaForm.Of(formula?.State.Definition, formula?.Version ?? 0);
    });

    async Task Submit()
    {
        if (Wanted == "row")
        {
            form.AddRow();
            return;
        }

        var isTry = Wanted == "try";
        var (definition, mistakes) = form.Define(isTry);
        if (mistakes.Count > 0)
        {
            wrong = mistakes;
            Answer(StatusCodes.Status400BadRequest);
            return;
        }

        if (isTry)
        {
            await TryOut(CompiledFormula.Create(definition.Normalise()), Http.RequestAborted);
            return;
        }

        await Save(definition.Normalise());
    }

    async Task TryOut(CompiledFormula compiled, CancellationToken ct)
    {
        var contact = EmailAddress.Normalise(form.Try) is { } email ? await Contacts.FindByEmail(Request.Store, TenantId, email, ct) : null;
        if (contact is null)
        {
            wrong = [string.IsNullOrWhiteSpace(form.Try) ? "Say of which contact: give an e-mail address." : $"There is no contact with the address '{form.Try.Trim()}'."];
            Answer(StatusCodes.Status422UnprocessableEntity);
            return;
        }

        tried =
        [
            .. (await ContactOffers.Read(Request.Store, TenantId, contact.Id, ct)).Select(offer =>
            {
                var (reckoned, _) = compiled.WorkOut(offer.Reference, offer.Fields, contact.MergeFields());
                return reckoned.Why is { } why ? $"{offer.Reference} cannot be worked out: {why}"
                    : $"{offer.Reference}: {string.Join(", ", reckoned.Values.Select(value => $"{value.Name} is {value.Text}"))}{(reckoned.IsLeftOut ? ", and it is left out" : "")}";
            }),
        ];
    }

    async Task Save(FormulaDefinition definition)
    {
        var decided = Id is { } id
            ? await Request.Decide<Formula>(new ReviseFormula(id, definition), form.Version, Http.RequestAborted)
            : await Request.Decide<Formula>(new CreateFormula(Guid.CreateVersion7(Request.Now), definition), Http.RequestAborted);
        if (decided.Refusal is null)
        {
            Navigation.NavigateTo($"/formulas/{decided.Stream.Id}");
            return;
        }

        wrong = [decided.Refusal.Explanation];
        Answer(StatusCodes.Status409Conflict);
        if (decided.Refusal.Kind == RefusalKind.Outdated && formula is { State.Definition: var now, Version: var version })
        {
            var theirs = string.Join("; ", now.Values.Select(value => $"{value.Name} = {value.Expression}")) + (now.Only is { } only ? $"; only where {only}" : "");
            wrong = [$"Somebody changed the formula since you opened it. It says now: {now.Name}: {theirs}. Save again to have yours in its place."];
            form.Version = version;
        }
    }

    async Task Archive()
    {
        uses = [.. (await FindUses(TenantId, UsedThing.Formula, Id, null, Http.RequestAborted)).Take(MostUses)];
        if (uses.Count == 0)
        {
            refusal = (await Request.Decide<Formula>(new ArchiveFormula(Id!.Value), Http.RequestAborted)).Refusal?.Explanation;
            if (refusal is null)
            {
                Navigation.NavigateTo("/formulas");
                return;
            }
        }

        Answer(StatusCodes.Status409Conflict);
    }
}
