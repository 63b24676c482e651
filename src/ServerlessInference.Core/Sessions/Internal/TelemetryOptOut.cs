using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace ServerlessInference.Sessions;

/// <summary>Switches ONNX Runtime's telemetry off, unless the environment says otherwise.</summary>
/// <remarks>
/// <para>ONNX Runtime 1.29 and newer report to Microsoft by default on Linux and macOS. They read <c>ORT_DISABLE_TELEMETRY</c> once, with
/// the native <c>getenv</c>, when their library is initialized; no call into the library comes early enough. A module initializer runs
/// before any other code of this assembly, and so before every path on which this library, or code that has already used it, loads ONNX
/// Runtime.</para>
/// <para>A variable that is already set keeps its value, whatever that is. Design: docs/decisions/0010-telemetry-off.md.</para>
/// </remarks>
internal static unsafe class TelemetryOptOut
{
    /// <summary>Sets the variable for native code. The runtime calls this once, before anything else in the assembly is used.</summary>
    /// <exception cref="InvalidOperationException">The variable cannot be set: the system has no memory left for it.</exception>
#pragma warning disable CA2255 // Later than here is too late, as the remarks say; the method only sets one variable.
    [ModuleInitializer]
#pragma warning restore CA2255
    internal static void Apply()
    {
        if (OperatingSystem.IsWindows())
        {
            // Windows has one environment per process, which native code reads as well.
            if (Environment.GetEnvironmentVariable("ORT_DISABLE_TELEMETRY") is null)
            {
                Environment.SetEnvironmentVariable("ORT_DISABLE_TELEMETRY", "1");
            }
        }
        else if (OperatingSystem.IsLinux() || OperatingSystem.IsMacOS())
        {
            // .NET copies the environment when it is first asked for all of it, and starts child processes with the copy. The copy is made
            // now, so that children get what this process was started with: a function under `serverless-inference invoke` must run
            // with the environment that it will have on Lambda.
            _ = Environment.GetEnvironmentVariables();

            // The C library is part of the process already. Asking for it by name would have a native program try several files first.
            var setVariable =
                (delegate* unmanaged<byte*, byte*, int, int>)NativeLibrary.GetExport(NativeLibrary.GetMainProgramHandle(), "setenv");
            const int KeepExisting = 0;
            fixed (byte* name = "ORT_DISABLE_TELEMETRY"u8, value = "1"u8)
            {
                if (setVariable(name, value, KeepExisting) != 0)
                {
                    throw new InvalidOperationException(
                        "ORT_DISABLE_TELEMETRY cannot be set, so ONNX Runtime would send telemetry. " +
                        "Set it to 1 where the process is started.");
                }
            }
        }
    }
}
