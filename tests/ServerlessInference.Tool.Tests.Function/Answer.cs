using System.Text.Json;

namespace ServerlessInference.Tool.Tests.Function;

/// <summary>What the function answers when an event asks for nothing special: all that it noticed of its surroundings.</summary>
internal sealed record Answer(
    int Count,
    int Starts,
    int Pid,
    long DeadlineInMs,
    string? Arn,
    string? TraceId,
    string? ClientContext,
    Dictionary<string, string> Environment,
    JsonElement Event);
