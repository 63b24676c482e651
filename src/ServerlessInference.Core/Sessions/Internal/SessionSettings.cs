using Microsoft.ML.OnnxRuntime;
using ServerlessInference.Models;

namespace ServerlessInference.Sessions;

/// <summary>Converts the options of a model to the session options of ONNX Runtime.</summary>
internal static class SessionSettings
{
    public static SessionOptions Create(ModelOptions options, InferenceThreadOptions threads)
    {
        var settings = new SessionOptions();
        try
        {
            settings.GraphOptimizationLevel = options.GraphOptimization;
            SetThreads(settings, options, threads);
            settings.EnableCpuMemArena = options.Arena != MemoryArena.None;
            settings.EnableMemoryPattern = options.Arena == MemoryArena.Default;
            if (!options.Prepacking)
            {
                settings.AddSessionConfigEntry("session.disable_prepacking", "1");
            }

            foreach (ExecutionProviderOptions provider in options.ExecutionProviders)
            {
                ExecutionProvider.Append(settings, provider);
            }

            return settings;
        }
        catch
        {
            settings.Dispose();
            throw;
        }
    }

    private static void SetThreads(SessionOptions settings, ModelOptions options, InferenceThreadOptions threads)
    {
        bool ownThreads = options.IntraOpThreads > 0 || options.InterOpThreads > 1 || options.AllowSpinning;
        if (!ownThreads && OrtRuntime.HasSharedThreads)
        {
            settings.DisablePerSessionThreads();
            settings.ExecutionMode = GetMode(threads.InterOp);
            return;
        }

        string spinning = options.AllowSpinning ? "1" : "0";
        settings.IntraOpNumThreads =
            options.IntraOpThreads > 0 ? options.IntraOpThreads :
            threads.IntraOp > 0 ? threads.IntraOp :
            Environment.ProcessorCount;
        settings.InterOpNumThreads = options.InterOpThreads;
        settings.ExecutionMode = GetMode(options.InterOpThreads);
        settings.AddSessionConfigEntry("session.intra_op.allow_spinning", spinning);
        settings.AddSessionConfigEntry("session.inter_op.allow_spinning", spinning);
    }

    private static ExecutionMode GetMode(int interOp) => interOp > 1 ? ExecutionMode.ORT_PARALLEL : ExecutionMode.ORT_SEQUENTIAL;
}
