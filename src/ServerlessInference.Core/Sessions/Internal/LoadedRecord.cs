using System.Collections;
using System.Globalization;
using Microsoft.Extensions.Logging;

namespace ServerlessInference.Sessions;

/// <summary>
/// The log record of a model that was loaded. It is written by hand because the logging generator produces generic code over value types
/// for numbers, which would have to be compiled at every cold start.
/// </summary>
internal sealed class LoadedRecord(ModelIdentity identity, ModelLoadTimings timings) : IReadOnlyList<KeyValuePair<string, object?>>
{
    public static readonly EventId Id = new(1, "LogLoaded");

    public static readonly Func<LoadedRecord, Exception?, string> Format = static (record, _) => record.ToString();

    public int Count => 6;

    public KeyValuePair<string, object?> this[int index] => index switch
    {
        0 => new("Model", identity.Name),
        1 => new("Version", identity.Version),
        2 => new("Source", identity.Source),
        3 => new("SourceMs", timings.Source.TotalMilliseconds),
        4 => new("SessionMs", timings.Session.TotalMilliseconds),
        5 => new(
            "{OriginalFormat}",
            "Loaded model {Model} {Version} from {Source}: source {SourceMs:0.0} ms, session {SessionMs:0.0} ms"),
        _ => throw new ArgumentOutOfRangeException(nameof(index)),
    };

    public IEnumerator<KeyValuePair<string, object?>> GetEnumerator()
    {
        for (int i = 0; i < Count; i++)
        {
            yield return this[i];
        }
    }

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    public override string ToString() =>
        "Loaded model " + identity.Name + " " + identity.Version + " from " + identity.Source +
        ": source " + Milliseconds(timings.Source) + " ms, session " + Milliseconds(timings.Session) + " ms";

    private static string Milliseconds(TimeSpan time) => time.TotalMilliseconds.ToString("0.0", CultureInfo.InvariantCulture);
}
