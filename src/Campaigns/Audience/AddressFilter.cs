using Microsoft.AspNetCore.Http;

namespace Campaigns.Audience;

/// <summary>
/// An address by which a query asks for something. A plus that is not written as %2B arrives as a blank, and no address has one: it is taken for the plus
/// that it was. What is no address is refused: it would find nothing, or everything.
/// </summary>
static class AddressFilter
{
    const string Number = "A number begins with a plus and its country code, as %2B41791234567: in a query %2B is the plus.";

    /// <returns>In the form in which addresses are kept.</returns>
    /// <exception cref="BadHttpRequestException">It is no e-mail address.</exception>
    public static string ReadEmail(string parameter, string given) => FindEmail(given)
        ?? throw new BadHttpRequestException($"{parameter} is '{given}', which is no e-mail address. {EmailAddress.Problem(given)}");

    /// <inheritdoc cref="ReadEmail"/>
    /// <exception cref="BadHttpRequestException">It is no telephone number.</exception>
    public static string ReadPhone(string parameter, string given) => FindPhone(given)
        ?? throw new BadHttpRequestException($"{parameter} is '{given}', which is no telephone number. {Number}");

    /// <inheritdoc cref="ReadEmail"/>
    /// <exception cref="BadHttpRequestException">It is neither an e-mail address nor a telephone number.</exception>
    public static string Read(string parameter, string given) => FindEmail(given) ?? FindPhone(given)
        ?? throw new BadHttpRequestException($"{parameter} is '{given}', which is neither an e-mail address nor a telephone number. {Number}");

    static string? FindEmail(string given) => EmailAddress.Normalise(given) ?? EmailAddress.Normalise(given.Trim().Replace(' ', '+'));

    static string? FindPhone(string given) => PhoneNumber.Normalise(given) ?? (given is [' ', ..] ? PhoneNumber.Normalise("+" + given.Trim()) : null);
}
