using System.Runtime.InteropServices;
using Microsoft.Extensions.Logging;
using Microsoft.ML.OnnxRuntime;

namespace ServerlessInference.Sessions;

/// <summary>Starts ONNX Runtime: creates its environment with our logger before anything else uses it.</summary>
/// <remarks>
/// ONNX Runtime has one environment per process, so this is the only state that two functions in one process share: the logger of the first
/// one receives what ONNX Runtime logs outside of a session. Without a default logger ONNX Runtime aborts on arm64 Lambda, where it cannot
/// read <c>/sys/devices/system/cpu/possible</c> (microsoft/onnxruntime issues 10038 and 15650).
/// </remarks>
internal static partial class OrtRuntime
{
    private const string Library = "onnxruntime";

    private static readonly Lock Gate = new();
    private static DOrtLoggingFunction? s_logging;
    private static int s_hasWarnedOfInputs;

    /// <summary>
    /// Gets whether sessions can share the threads of the environment. They cannot if other code created it without threads.
    /// </summary>
    public static bool HasSharedThreads { get; private set; }

    /// <summary>Creates the environment unless it exists.</summary>
    /// <param name="logger">Receives what ONNX Runtime logs outside of a session.</param>
    /// <param name="threads">The threads that all models share; <see langword="null"/> for the defaults.</param>
    /// <param name="describeSearch">
    /// Describes where a native library was searched; <see langword="null"/> if no libraries are delivered separately.
    /// </param>
    /// <exception cref="ModelLoadException">
    /// The native library cannot be loaded. The message lists every place that was searched, with the reason.
    /// </exception>
    public static void Start(
        ILogger logger, InferenceThreadOptions? threads = null, Func<string, IReadOnlyList<string>>? describeSearch = null)
    {
        lock (Gate)
        {
            if (OrtEnv.IsCreated)
            {
                return;
            }

            try
            {
                // Kept in a field so that it is not collected: native code calls it as long as the process lives.
                s_logging = (_, severity, category, _, location, message) =>
                {
                    LogLevel level = GetLevel(severity);
                    if (logger.IsEnabled(level) && !IsRepeated(message))
                    {
                        Log(logger, level, category, message, location);
                    }
                };
                using OrtThreadingOptions threading = CreateThreading(threads ?? new InferenceThreadOptions());
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
            catch (Exception exception) when (FindNativeLibraryFailure(exception) is { } missing)
            {
                IReadOnlyList<string> places = describeSearch?.Invoke(Library) ?? NativeLibraryReport.Describe(Library);
                throw new ModelLoadException(
                    $"ONNX Runtime's native library cannot be loaded: {NativeLibraryReport.GetReason(missing)}. Reference the package " +
                    "Microsoft.ML.OnnxRuntime (ServerlessInference.Lambda does), or put the library into a split package, for the " +
                    "processor that " +
                    $"the function runs on; this is {RuntimeInformation.RuntimeIdentifier}. Searched: {string.Join("; ", places)}.",
                    exception);
            }
        }
    }

    // Old exports list each of their weights as an input, and ONNX Runtime warns of each. One warning says as much as hundreds.
    private static bool IsRepeated(string message) =>
        message.Contains("appears in graph inputs", StringComparison.Ordinal) && Interlocked.Exchange(ref s_hasWarnedOfInputs, 1) == 1;

    private static OrtThreadingOptions CreateThreading(InferenceThreadOptions threads)
    {
        var options = new OrtThreadingOptions
        {
            GlobalIntraOpNumThreads = threads.IntraOp > 0 ? threads.IntraOp : Environment.ProcessorCount,
            GlobalInterOpNumThreads = threads.InterOp,
            GlobalSpinControl = threads.AllowSpinning,
        };
        return options;
    }

    private static Exception? FindNativeLibraryFailure(Exception? exception)
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

    private static LogLevel GetLevel(OrtLoggingLevel level) => level switch
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
