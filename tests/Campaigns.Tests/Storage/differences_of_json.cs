using System.Text.Json;
using Campaigns.Storage;

namespace Campaigns.Tests.Storage;

public sealed class differences_of_json
{
    [Theory]
    [InlineData("""{"a": 1, "b": [1, 2]}""", """{"b":[1,2.0],"a":1.0}""")]
    [InlineData("[]", "[]")]
    [InlineData("null", "null")]
    public void are_none_where_the_values_are_the_same(string was, string now) => Between(was, now).ShouldBeEmpty();

    [Theory]
    [InlineData("""{"a": 1}""", """{"a": 2}""", "a: 1 -> 2")]
    [InlineData("""{"a": {"b": 1, "c": 2}}""", """{"a": {"b": 1, "c": 3}}""", "a.c: 2 -> 3")]
    [InlineData("""{"a": 1}""", "{}", "a: 1 -> ")]
    [InlineData("{}", """{"a": null}""", "a:  -> null")]
    [InlineData("""{"a": [1, 2]}""", """{"a": [2, 1]}""", "a: [1, 2] -> [2, 1]")]
    [InlineData("""{"a": {}}""", """{"a": 1}""", "a: {} -> 1")]
    [InlineData("1", "2", ": 1 -> 2")]
    public void have_a_path_and_both_values(string was, string now, string difference) => Between(was, now).ShouldBe([difference]);

    [Fact]
    public void are_all_of_them() => Between("""{"a": 1, "b": 2, "c": 3}""", """{"b": 2, "c": 4, "d": 5}""").ShouldBe(["a: 1 -> ", "c: 3 -> 4", "d:  -> 5"]);

    static List<string> Between(string was, string now)
    {
        using var before = JsonDocument.Parse(was);
        using var after = JsonDocument.Parse(now);
        return [.. JsonDifference.Between(before.RootElement, after.RootElement).Select(difference =>
            $"{difference.Path}: {difference.Was?.GetRawText()} -> {difference.Now?.GetRawText()}")];
    }
}
