using Campaigns.Authoring.Formulas;

namespace Campaigns.Tests.Authoring;

public sealed class reckoning_offers
{
    [Theory]
    // The formula of the source: 72 % of the price, less the repairs, in hundreds. 450,000 * 0.72 = 324,000 - 12,345 = 311,655.
    [InlineData("round(listPrice * 0.72 - repairs, -2)", "311700")]
    [InlineData("round(list_price*0.72-repairs,-2)", "311700")]
    [InlineData("[List Price] * 2", "900000")]
    [InlineData("round(2.5) + round(-2.5)", "0")]
    [InlineData("round(-2.5)", "-3")]
    [InlineData("round(1.005, 2)", "1.01")]
    [InlineData("round(49.9, -2)", "0")]
    [InlineData("0.1 + 0.2", "0.3")]
    [InlineData("1 / 3 * 3", "0.9999999999999999999999999999")]
    [InlineData("7 % 4", "3")]
    [InlineData("-repairs + 1", "-12344")]
    [InlineData("2 + 3 * 4 - (1 - 2)", "15")]
    [InlineData("max(1, min(list_price, 200000), 3)", "200000")]
    [InlineData("floor(1.9) + ceiling(1.1) + abs(-3)", "6")]
    [InlineData("if(days_on_market > 90, 'long', 'short')", "long")]
    [InlineData("days_on_market > 90 ? 0.65 : 0.72", "0.65")]
    [InlineData("days_on_market >= 100 and city = 'BASEL'", "true")]
    [InlineData("days_on_market > 100 or not (city != 'Basel')", "true")]
    [InlineData("fee ?? 100", "100")]
    [InlineData("coalesce(fee, deposit, 7)", "7")]
    [InlineData("coalesce(repairs, 7)", "12'345.00")]
    [InlineData("if(missing(fee), 1, fee)", "1")]
    [InlineData("first_name", "Ann")]
    [InlineData("owned", "True")]
    [InlineData("if(owned, 1, 2)", "1")]
    [InlineData("prénom", "Anne")]
    public void what_an_expression_comes_to(string expression, string value)
    {
        var reckoned = Reckon(expression);
        reckoned.Why.ShouldBeNull();
        reckoned.Values[0].Text.ShouldBe(value);
    }

    [Theory]
    [InlineData("list_price * fee", "value: there is no fee")]
    [InlineData("city * 2", "value: city is 'Basel', which is no number")]
    [InlineData("'a' + 1", "value: 'a' is no number")]
    [InlineData("1 / (repairs - 12345)", "value: it divides by zero")]
    [InlineData("7 % 0", "value: it divides by zero")]
    [InlineData("list_price * list_price * list_price * list_price * list_price * list_price", "value: a number in it is too large: numbers have at most 28 digits")]
    [InlineData("if(city, 1, 2)", "value: city is 'Basel', which is neither true nor false")]
    [InlineData("if(fee > 1, 1, 2)", "value: there is no fee")]
    [InlineData("city > 3", "value: city is 'Basel', which is no number")]
    [InlineData("round(1, 0.5)", "value: it rounds to a number of digits that is not a whole one from -15 to 15")]
    [InlineData("round(1, 99)", "value: it rounds to a number of digits that is not a whole one from -15 to 15")]
    [InlineData("ambiguous + 1", "value: ambiguous is '1,234', which is no number")]
    public void why_there_is_none(string expression, string why) => Reckon(expression).Why.ShouldBe(why);

    [Theory]
    [InlineData("")]
    [InlineData("1 +")]
    [InlineData("(1")]
    [InlineData("1 2")]
    [InlineData("list price * 2")]
    [InlineData("pow(2, 3)")]
    [InlineData("round(1, 2, 3)")]
    [InlineData("2 ** 3")]
    [InlineData("1 << 40")]
    [InlineData("5!")]
    [InlineData("1 in (1, 2)")]
    [InlineData("(1, 2)")]
    [InlineData("#2026-01-01#")]
    [InlineData("city like 'B%'")]
    [InlineData("1 & 2")]
    [InlineData("99999999999999999999999999999999 + 1")]
    public void what_cannot_be_saved(string expression)
    {
        var errors = Definition(expression).Errors();
        errors.Keys.ShouldBe(["values[0].expression"]);
        errors.Values.Single()[0].ShouldNotContain("NCalc");
        errors.Values.Single()[0].ShouldNotContain("Parlot");
    }

    [Theory]
    [InlineData("(", 400)]
    [InlineData("-", 900)]
    [InlineData("!", 900)]
    [InlineData("- ", 400)]
    [InlineData("not ", 240)]
    [InlineData("round(", 160)]
    [InlineData("1 ? 1 : ", 120)]
    [InlineData("1 - ", 249)]
    [InlineData("1 ?? ", 190)]
    [InlineData("fee and ", 120)]
    [InlineData("1 < ", 249)]
    [InlineData("[", 900)]
    [InlineData("'", 900)]
    public void whatever_is_repeated_ends_at_once(string part, int times)
    {
        // On a small stack: what goes down too deep would end the process.
        var thread = new Thread(() =>
        {
            var text = string.Concat(Enumerable.Repeat(part, times)) + "1";
            var (expression, wrong) = FormulaExpression.Read(text);
            (wrong ?? expression!.Reckon(_ => null).ToString()).ShouldNotBeNull();
        }, 512 * 1024);
        thread.Start();
        thread.Join(TimeSpan.FromSeconds(20)).ShouldBeTrue();
    }

    [Fact]
    public void later_values_name_earlier_ones_and_a_condition_all()
    {
        var formula = CompiledFormula.Create(new FormulaDefinition(
            "Offers",
            [new("Offer Price", "round(list_price * 0.72, -3)"), new("deposit", "offer_price * 0.1"), new("list_price", "offer_price")],
            "deposit >= 30000 and list_price < 400000").Normalise());
        Reckoned At(string price) => formula.Reckon(name => name == "list_price" ? price : null);

        At("$450,000").Values.Select(value => (value.Name, value.Text)).ShouldBe([("offer_price", "324000"), ("deposit", "32400"), ("list_price", "324000")]);
        At("$450,000").IsLeftOut.ShouldBeFalse();
        At("300000").IsLeftOut.ShouldBeTrue();
        At("call us").Why.ShouldBe("offer_price: list_price is 'call us', which is no number");
    }

    [Fact]
    public void names_that_a_value_cannot_have()
    {
        foreach (var name in new[] { "", " ", "email", "Phone", "offers", "offer count", "2nd", "!" })
        {
            new FormulaDefinition("Offers", [new(name, "1")]).Errors().Keys.ShouldBe(["values[0].name"], name);
        }

        new FormulaDefinition("Offers", [new("price", "1"), new("Price", "2")]).Errors().Keys.ShouldBe(["values[1].name"]);
        new FormulaDefinition("", []).Errors().Keys.Order().ShouldBe(["name", "values"]);
        new FormulaDefinition("Offers", [new("price", "1")], "1 +").Errors().Keys.ShouldBe(["only"]);
    }

    static FormulaDefinition Definition(string expression) => new("Offers", [new("value", expression)]);

    static Reckoned Reckon(string expression)
    {
        Definition(expression).Errors().ShouldBeEmpty();
        var fields = new Dictionary<string, string>
        {
            ["list_price"] = "$450,000", ["repairs"] = "12'345.00", ["days_on_market"] = "100", ["city"] = "Basel", ["first_name"] = "Ann", ["owned"] = "True", ["prénom"] = "Anne",
            ["ambiguous"] = "1,234", ["fee"] = " ",
        };
        return CompiledFormula.Create(Definition(expression)).Reckon(fields.GetValueOrDefault);
    }
}
