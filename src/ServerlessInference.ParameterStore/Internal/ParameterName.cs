namespace ServerlessInference.ParameterStore;

/// <summary>
/// The parts of a parameter's name: <c>/models/yolo:3</c> is version 3, <c>/models/yolo:live</c> the version with the label <c>live</c>.
/// </summary>
internal readonly record struct ParameterName(string Name, string Selector)
{
    /// <summary>The number of colons in <c>arn:aws:ssm:region:account:parameter/name</c>.</summary>
    private const int ArnColons = 5;

    public static ParameterName Parse(string text)
    {
        int from = 0;
        for (int i = 0; text.StartsWith("arn:", StringComparison.Ordinal) && i < ArnColons; i++)
        {
            int next = text.IndexOf(':', from);
            from = next < 0 ? from : next + 1;
        }

        int colon = text.IndexOf(':', from);
        return colon < 0 ? new ParameterName(text, string.Empty) : new ParameterName(text[..colon], text[(colon + 1)..]);
    }

    /// <summary>Gets the region, if the name is an ARN.</summary>
    public string? Region =>
        Name.StartsWith("arn:", StringComparison.Ordinal) && Name.Split(':') is { Length: > ArnColons } parts ? parts[3] : null;

    /// <summary>Gets the query for the extension.</summary>
    public string Query => $"name={Uri.EscapeDataString(Name)}" + (Selector.Length == 0 ? string.Empty
        : Selector.AsSpan().ContainsAnyExceptInRange('0', '9') ? $"&label={Uri.EscapeDataString(Selector)}" : $"&version={Selector}");
}
