using Amazon.DynamoDBv2.Model;

namespace ServerlessInference.DynamoDB;

/// <summary>An item to write, with the indexes of the records that it is the result of.</summary>
internal sealed class PendingItem(string key, Dictionary<string, AttributeValue> item, List<int> records)
{
    public string Key => key;

    public Dictionary<string, AttributeValue> Item { get; set; } = item;

    public List<int> Records => records;

    public void Fail(Exception?[] errors, Exception reason) => records.ForEach(i => errors[i] = reason);
}
