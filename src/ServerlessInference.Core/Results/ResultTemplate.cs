using System.Text;

namespace ServerlessInference.Results;

/// <summary>A text with placeholders that are replaced with values of a result, such as the key of an object.</summary>
/// <remarks>
/// <para>Placeholders for the record:</para>
/// <list type="table">
/// <item><term><c>{bucket}</c>, <c>{key}</c></term><description>bucket and key of the object; for other records, the name of the queue or
/// stream, and the id</description></item>
/// <item><term><c>{folder}</c></term><description>the key up to and including the last slash</description></item>
/// <item><term><c>{name}</c></term><description>the key after the last slash</description></item>
/// <item><term><c>{stem}</c>, <c>{extension}</c></term><description>the name without its extension; the extension with the
/// dot</description></item>
/// <item><term><c>{version}</c></term><description>the version id of the object, or else its entity tag</description></item>
/// <item><term><c>{origin}</c>, <c>{id}</c></term><description>the name of the queue, stream or bucket; the id of the
/// record</description></item>
/// <item><term><c>{uuid}</c></term><description>the identifier derived from the record
/// (<see cref="ResultIdentifier"/>)</description></item>
/// <item><term><c>{date}</c>, <c>{time}</c></term><description>date (<c>yyyy-MM-dd</c>) and time (ISO 8601) of the record, in UTC;
/// <c>{date:yyyy/MM/dd/HH}</c> uses a .NET format string</description></item>
/// <item><term><c>{batch}</c></term><description>identifies the records that are written together: the id of the first one and, if there
/// are several, a digest of all ids</description></item>
/// </list>
/// <para>Placeholders for the result:</para>
/// <list type="table">
/// <item><term><c>{model}</c>, <c>{modelVersion}</c></term><description>name and version of the model</description></item>
/// <item><term><c>{label}</c>, <c>{score}</c></term><description>the first label of the answer, and its score</description></item>
/// <item><term><c>{result}</c>, <c>{result.0.label}</c></term><description>the answer in JSON; a part of it, selected by property names and
/// indices</description></item>
/// <item><term><c>{error}</c></term><description>type and message of the error</description></item>
/// </list>
/// <para>A placeholder without a value is replaced with an empty string. Write <c>{{</c> and <c>}}</c> for braces. Immutable and
/// thread-safe.</para>
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

    /// <summary>Gets the text after the last placeholder; the whole text if there is no placeholder.</summary>
    public string Suffix => _parts is [.., { Name: null } last] ? last.Text : string.Empty;

    /// <summary>Parses a template.</summary>
    /// <param name="template">The text of the template.</param>
    /// <returns>The template.</returns>
    /// <exception cref="ArgumentException">
    /// A brace is not closed, or a placeholder is unknown; the message lists all placeholders.
    /// </exception>
    public static ResultTemplate Parse(string template)
    {
        ArgumentNullException.ThrowIfNull(template);
        return new ResultTemplate(template, TemplatePart.Parse(template));
    }

    /// <summary>Determines whether the template contains a placeholder.</summary>
    /// <param name="placeholder">The name of the placeholder, without braces and format.</param>
    /// <returns>Whether the template contains it.</returns>
    public bool Has(string placeholder) => _parts.Exists(part => part.Name == placeholder);

    /// <summary>Replaces the placeholders with the values of a record.</summary>
    /// <param name="record">The record.</param>
    /// <param name="batch">The value of <c>{batch}</c>; <see langword="null"/> for the id of the record.</param>
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
