using Amazon.DynamoDBv2.Model;
using ServerlessInference.Results;

namespace ServerlessInference.DynamoDB;

/// <summary>How results become items of a table. Endpoint and region come from the section <c>ServerlessInference:DynamoDB</c>.</summary>
public sealed class DynamoDbResultOptions
{
    /// <summary>Gets or sets the attribute that is the table's partition key, of the type S.</summary>
    /// <value>The default is <c>UUID</c>.</value>
    public string KeyAttribute { get; set; } = "UUID";

    /// <summary>Gets the item's other attributes, and templates of their values (<see cref="ResultTemplate"/>).</summary>
    /// <value>
    /// The default is <c>ImageName</c> = <c>{key}</c>, <c>ObjectClass</c> = <c>{label}</c> and <c>Error</c> = <c>{error}</c>. A value that is <c>{score}</c> alone becomes a number (N), every
    /// other one a string (S); what is empty is left out.
    /// </value>
    public IDictionary<string, string> Attributes { get; } = new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["ImageName"] = "{key}",
        ["ObjectClass"] = "{label}",
        ["Error"] = "{error}",
    };

    /// <summary>Gets or sets what makes an item in the place of the <see cref="Attributes"/>; the key attribute is added where it is missing.</summary>
    /// <value>The default is <see langword="null"/>.</value>
    public Func<SinkRecord, Dictionary<string, AttributeValue>>? Item { get; set; }

    /// <summary>Gets or sets a value indicating whether identifiers are random.</summary>
    /// <value>The default is <see langword="false"/>: derived (<see cref="ResultIdentifier"/>), so that a second delivery changes nothing. With <see langword="true"/> it makes a second item.</value>
    public bool RandomIds { get; set; }

    /// <summary>Gets or sets a value indicating whether an item that is there already is left as it is.</summary>
    /// <value>
    /// The default is <see langword="false"/>: items are written in batches, and a second delivery writes the same item again. With <see langword="true"/> each is a conditional put, which
    /// costs a request for each item.
    /// </value>
    public bool WriteOnce { get; set; }

    /// <summary>Gets or sets how often what the table did not process is sent again.</summary>
    /// <value>0 to 20. The default is 8, with pauses that grow from 50 ms to 5 s; a deadline ends them earlier.</value>
    public int MaxRetries { get; set; } = 8;
}
