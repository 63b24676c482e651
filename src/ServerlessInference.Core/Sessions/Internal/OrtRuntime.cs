using System.Runtime.InteropServices;
using Microsoft.Extensions.Logging;
using Microsoft.ML.OnnxRuntime;
using ServerlessInference.Packages;

namespace ServerlessInference.Sessions;

/// <summary>Starts ONNX Runtime: its environment comes before everything else, with a logger of ours.</summary>
/// <remarks>
/// ONNX Runtime has one environment a process, so this is the one place with state that two functions in a process share: the
/// first one's logger receives what ONNX Runtime says outside of a session. Without a default logger ONNX Runtime aborts on arm64
/// Lambda, where it cannot read <c>/sys/devices/system/cpu/possible</c> (microsoft/onnxruntime issues 10038 and 15650).
/// </remarks>
internal static partial class OrtRuntime
{
    private const string Library = "onnxruntime";

    private static readonly Lock Gate = new();
    private static DOrtLoggingFunction? s_logging;

    /// <summary>Whether sessions can use the environment's threads. Not where somebody else created the environment without any.</summary>
    public static bool HasSharedThreads { get; private set; }

    /// <summary>Creates the environment, where that has not happened.</summary>
    /// <param name="logger">Hears what ONNX Runtime says outside of a session.</param>
    /// <param name="threads">The threads that all models share; the defaults where none are given.</param>
    /// <param name="describe">Says where a native library was looked for; <see langword="null"/> where there is no split package.</param>
    /// <exception cref="ModelLoadException">The native library cannot be loaded; every place that was looked at stands there with its reason.</exception>
    public static void Start(ILogger logger, InferenceThreadOptions? threads = null, Func<string, IReadOnlyList<string>>? describe = null)
    {
        lock (Gate)
        {
            if (OrtEnv.IsCreated)
            {
                return;
            }

            try
            {
                // Kept in a field, since native code calls it as long as the process lives.
                s_logging = (_, severity, category, _, location, message) =>
                {
                    LogLevel level = LevelOf(severity);
                    if (logger.IsEnabled(level))
                    {
                        Log(logger, level, category, message, location);
                    }
                };
                using OrtThreadingOptions threading = Threading(threads ?? new InferenceThreadOptions());
                var options = new EnvironmentCreationOptions
                {
                    logId = "ServerlessInference",
                    logLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_WARNING,
                    loggingFunction = s_logging,
                    threadOptions = threading,
                };
                OrtEnv.CreateInstanceWithOptions(ref options);
                HasSharedThreads = true;
            }
            catch (Exception exception) when (NativeLibraryFailure(exception) is { } missing)
            {
                IReadOnlyList<string> places = describe?.Invoke(Library) ?? NativeLibraryReport.Describe(Library, null);
                throw new ModelLoadException(
                    $"ONNX Runtime's native library cannot be loaded: {NativeLibraryReport.Reason(missing)}. Reference the package Microsoft.ML.OnnxRuntime " +
                    $"(ServerlessInference.Lambda does), or put the library into a split package, for the processor that the function runs on; this is " +
                    $"{RuntimeInformation.RuntimeIdentifier}. Looked for at: {string.Join("; ", places)}.",
                    exception);
            }
        }
    }

    private static OrtThreadingOptions Threading(InferenceThreadOptions threads)
    {
        var options = new OrtThreadingOptions
        {
            GlobalIntraOpNumThreads = threads.IntraOp > 0 ? threads.IntraOp : Environment.ProcessorCount,
            GlobalInterOpNumThreads = threads.InterOp,
            GlobalSpinControl = threads.AllowSpinning,
        };
        return options;
    }

    private static Exception? NativeLibraryFailure(Exception? exception)
    {
        for (; exception is not null; exception = exception.InnerException)
        {
            if (exception is DllNotFoundException or BadImageFormatException or EntryPointNotFoundException)
            {
                return exception;
            }
        }

        return null;
    }

    private static LogLevel LevelOf(OrtLoggingLevel level) => level switch
    {
        OrtLoggingLevel.ORT_LOGGING_LEVEL_VERBOSE => LogLevel.Debug,
        OrtLoggingLevel.ORT_LOGGING_LEVEL_INFO => LogLevel.Information,
        OrtLoggingLevel.ORT_LOGGING_LEVEL_WARNING => LogLevel.Warning,
        OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR => LogLevel.Error,
        _ => LogLevel.Critical,
    };

    [LoggerMessage(EventId = 20, Message = "ONNX Runtime ({Category}): {Text} [{Location}]")]
    private static partial void Log(ILogger logger, LogLevel level, string category, string text, string location);
}
