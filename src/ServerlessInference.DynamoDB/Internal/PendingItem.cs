using Amazon.DynamoDBv2.Model;

namespace ServerlessInference.DynamoDB.Internal;

/// <summary>An item that is to be written, with the records whose result it is.</summary>
internal sealed class PendingItem(string key, Dictionary<string, AttributeValue> item, List<int> records)
{
    public string Key => key;

    public Dictionary<string, AttributeValue> Item { get; set; } = item;

    public List<int> Records => records;

    public void Fail(Exception?[] errors, Exception reason) => records.ForEach(i => errors[i] = reason);
}
