using Amazon.DynamoDBv2.Model;
using ServerlessInference.Results;

namespace ServerlessInference.DynamoDB;

/// <summary>Creates items from results, with the validated settings of a sink.</summary>
internal sealed class ItemFactory
{
    private const int RetryLimit = 20;
    private const string ScoreTemplate = "{score}";

    private readonly List<(string Name, ResultTemplate Value)> _attributes = [];

    public ItemFactory(string table, DynamoDbResultOptions options)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(table);
        ArgumentNullException.ThrowIfNull(options);
        if (string.IsNullOrEmpty(options.KeyAttribute))
        {
            throw new ArgumentException(
                "KeyAttribute is empty; it is the name of the table's partition key, such as UUID.", nameof(options));
        }

        if (options.MaxRetries is < 0 or > RetryLimit)
        {
            throw new ArgumentException($"MaxRetries is {options.MaxRetries}; it must be between 0 and {RetryLimit}.", nameof(options));
        }

        foreach ((string name, string template) in options.Attributes)
        {
            _attributes.Add((name, ResultTemplate.Parse(template)));
        }

        Table = table;
        Options = options;
    }

    public string Table { get; }

    public DynamoDbResultOptions Options { get; }

    public Dictionary<string, AttributeValue> Create(SinkRecord record)
    {
        Dictionary<string, AttributeValue> item = Options.Item?.Invoke(record) ?? FromAttributes(record);
        if (!item.ContainsKey(Options.KeyAttribute))
        {
            Guid id = Options.RandomIds ? Guid.NewGuid() : ResultIdentifier.Create(record);
            item.Add(Options.KeyAttribute, new AttributeValue { S = id.ToString() });
        }

        return item;
    }

    private Dictionary<string, AttributeValue> FromAttributes(SinkRecord record)
    {
        var item = new Dictionary<string, AttributeValue>(StringComparer.Ordinal);
        foreach ((string name, ResultTemplate template) in _attributes)
        {
            string value = template.Expand(record);
            if (value.Length > 0)
            {
                item[name] = template.ToString() == ScoreTemplate ? new AttributeValue { N = value } : new AttributeValue { S = value };
            }
        }

        return item;
    }
}
