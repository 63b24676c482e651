using System.Collections;
using System.Text;
using Microsoft.Extensions.Logging;

namespace ServerlessInference.Sessions;

/// <summary>The log record of what was decided about a model. Each subject is a property of the record.</summary>
internal sealed class DecisionsRecord(ModelIdentity identity, IReadOnlyList<ModelDecision> decisions)
    : IReadOnlyList<KeyValuePair<string, object?>>
{
    public static readonly EventId Id = new(27, "LogDecisions");

    public static readonly Func<DecisionsRecord, Exception?, string> Format = static (record, _) => record.ToString();

    public int Count => decisions.Count + 2;

    public KeyValuePair<string, object?> this[int index] =>
        index == 0 ? new("Model", identity.Name)
        : index <= decisions.Count ? new(decisions[index - 1].Subject, $"{decisions[index - 1].Value} ({decisions[index - 1].Origin})")
        : index == decisions.Count + 1 ? new("{OriginalFormat}", "Decided about model {Model}")
        : throw new ArgumentOutOfRangeException(nameof(index));

    public IEnumerator<KeyValuePair<string, object?>> GetEnumerator()
    {
        for (int i = 0; i < Count; i++)
        {
            yield return this[i];
        }
    }

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    public override string ToString()
    {
        var text = new StringBuilder("Decided about model ").Append(identity.Name).Append(": ");
        for (int i = 0; i < decisions.Count; i++)
        {
            text.Append(i == 0 ? string.Empty : "; ").Append(decisions[i]);
        }

        return text.ToString();
    }
}
