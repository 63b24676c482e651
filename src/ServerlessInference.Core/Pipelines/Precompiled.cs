using System.Text.Json;

namespace ServerlessInference.Pipelines;

/// <summary>
/// Names the pipelines from encoded bytes, which every image and text function has: a library that is compiled ahead of time (ReadyToRun)
/// holds those instantiations of its generic code that it names itself, and a cold start compiles the others. Never called.
/// </summary>
internal static class Precompiled
{
    public static ModelBuilder Name(ModelBuilder model, InferenceBatch batch)
    {
        batch.CreateInput<float>(0, 1);
        batch.GetInput<float>(0);
        batch.CreateInput<long>(0, 1);
        return model
            .UsePipeline<ReadOnlyMemory<byte>, object>(static _ => null!, static _ => null!)
            .AcceptEncoded<ReadOnlyMemory<byte>, object>(static encoded => encoded, static (Utf8JsonWriter _, object _) => { });
    }
}
