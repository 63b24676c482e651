using System.Text;

namespace ServerlessInference.Results;

/// <summary>A text with placeholders that each result fills in: an object's key, an item's attribute.</summary>
/// <remarks>
/// <para><c>{bucket}</c>, <c>{key}</c>, <c>{folder}</c> (up to the last slash, with it), <c>{name}</c> (behind it), <c>{stem}</c> and <c>{extension}</c> (its parts,
/// the latter with the dot), <c>{version}</c> (of the object: version id, else entity tag). For a record that is no object, <c>{bucket}</c> is the queue's or stream's name, and
/// <c>{key}</c>, <c>{name}</c> and <c>{stem}</c> are the record's id.</para>
/// <para><c>{origin}</c> (the name of queue, stream or bucket), <c>{id}</c>, <c>{uuid}</c> (<see cref="ResultIdentifier"/>), <c>{model}</c>, <c>{modelVersion}</c>, <c>{date}</c>
/// (<c>yyyy-MM-dd</c>; <c>{date:yyyy/MM/dd/HH}</c> in a format of .NET), <c>{time}</c> (ISO 8601), both in UTC and of the record.</para>
/// <para><c>{label}</c> and <c>{score}</c> (the first of the answer), <c>{result}</c> (the answer's JSON), <c>{result.0.label}</c> (a part of it, by members and indices), <c>{error}</c>.
/// What a record has not is empty. <c>{batch}</c> names what is written together with this one: the id of the first record,
/// and digits that stand for all of them where there are several. <c>{{</c> and <c>}}</c> are braces.</para>
/// <para>Immutable and thread-safe.</para>
/// </remarks>
public sealed class ResultTemplate
{
    private readonly string _template;
    private readonly List<TemplatePart> _parts;

    private ResultTemplate(string template, List<TemplatePart> parts)
    {
        _template = template;
        _parts = parts;
    }

    /// <summary>Gets the text before the first placeholder.</summary>
    public string Prefix => _parts is [{ Name: null } first, ..] ? first.Text : string.Empty;

    /// <summary>Gets the text behind the last placeholder; all of it where there is none.</summary>
    public string Suffix => _parts is [.., { Name: null } last] ? last.Text : string.Empty;

    /// <summary>Reads a template.</summary>
    /// <param name="template">The template.</param>
    /// <returns>What was read.</returns>
    /// <exception cref="ArgumentException">A brace is not closed, or a placeholder is not known; the message lists all.</exception>
    public static ResultTemplate Parse(string template)
    {
        ArgumentNullException.ThrowIfNull(template);
        return new ResultTemplate(template, TemplatePart.Read(template));
    }

    /// <summary>Tells whether a placeholder stands in the template.</summary>
    /// <param name="placeholder">Its name, without braces and format.</param>
    /// <returns>Whether it does.</returns>
    public bool Has(string placeholder) => _parts.Exists(part => part.Name == placeholder);

    /// <summary>Fills the template in.</summary>
    /// <param name="record">The record.</param>
    /// <param name="batch">What names the records that are written together with it; <see langword="null"/> for its own id.</param>
    /// <returns>The text.</returns>
    public string Expand(SinkRecord record, string? batch = null)
    {
        ArgumentNullException.ThrowIfNull(record);
        if (_parts is [var only])
        {
            return only.Expand(record, batch);
        }

        var text = new StringBuilder();
        foreach (TemplatePart part in _parts)
        {
            text.Append(part.Expand(record, batch));
        }

        return text.ToString();
    }

    /// <inheritdoc/>
    public override string ToString() => _template;
}
