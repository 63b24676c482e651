namespace ServerlessInference.Text;

/// <summary>What the options and the files next to a model say about its texts. Immutable and thread-safe.</summary>
/// <param name="MaxLength">The maximum length in tokens; null for that of the model.</param>
/// <param name="Prompt">What is put in front of each text; empty for nothing.</param>
internal sealed record TextSettings(int? MaxLength, string Prompt = "");
