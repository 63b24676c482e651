using ServerlessInference.Lambda.Events.Inputs;
using ServerlessInference.Lambda.Events.Records;

namespace ServerlessInference.Lambda.Events.Http;

/// <summary>The inputs of a request.</summary>
/// <param name="Input">The input, if there is one.</param>
/// <param name="Several">The inputs of a request that is answered by a list; <see langword="null"/> for other requests.</param>
internal readonly record struct HttpInputs(RecordInput Input, List<BatchRecord>? Several);
