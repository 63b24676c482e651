using System.Text.Json;

namespace ServerlessInference.Samples.Tests.Support;

/// <summary>Questions of the demo model's held-out set.</summary>
internal static class QuestionSample
{
    /// <summary>Gets the first question that the model is known to answer correctly.</summary>
    public static (string Question, string Context, string Answer) First(JsonElement samples)
    {
        JsonElement sample = samples.GetProperty("questions").EnumerateArray()
            .First(one => one.GetProperty("given").GetString() == one.GetProperty("answer").GetString());
        return (
            sample.GetProperty("question").GetString()!,
            sample.GetProperty("context").GetString()!,
            sample.GetProperty("answer").GetString()!);
    }
}
