using Microsoft.ML.OnnxRuntime;
using ServerlessInference.Models;

namespace ServerlessInference.Sessions;

/// <summary>Adds an execution provider to a session by its name, if the native library contains it.</summary>
internal static class ExecutionProvider
{
    private const string Suffix = "ExecutionProvider";

    public static bool IsCpu(string name) => Same("CPU", Short(name));

    public static void Append(SessionOptions settings, ExecutionProviderOptions provider)
    {
        OrtEnv environment = OrtEnv.Instance();
        string name = Short(provider.Name);
        List<OrtEpDevice> devices = [.. environment.GetEpDevices().Where(device => Same(device.EpName, name))];
        string? available = environment.GetAvailableProviders().FirstOrDefault(known => Same(known, name));
        if (available is null && devices.Count == 0)
        {
            throw new ModelLoadException(
                $"ONNX Runtime {environment.GetVersionString()} has no execution provider '{provider.Name}'. This native library has " +
                $"{List(environment)}. Name one of these in ExecutionProviders, or use a native library that has it.");
        }

        try
        {
            Append(
                settings, Short(available ?? devices[0].EpName), new Dictionary<string, string>(provider.Options), environment, devices);
        }
        catch (Exception exception) when (exception is OnnxRuntimeException or NotSupportedException or EntryPointNotFoundException)
        {
            throw new ModelLoadException(
                $"The execution provider '{provider.Name}' cannot be used: {exception.Message} Check its Options and the device and " +
                $"driver that it needs. This native library has {List(environment)}.", exception);
        }
    }

    private static void Append(
        SessionOptions settings, string name, Dictionary<string, string> options, OrtEnv environment, List<OrtEpDevice> devices)
    {
        // ONNX Runtime has one general call, and separate calls for the providers that existed before it.
        switch (name.ToUpperInvariant())
        {
            case "CPU":
                // The CPU is always available as the last provider, and its arena is a setting of the session.
                break;
            case "CUDA":
                using (var cuda = new OrtCUDAProviderOptions())
                {
                    cuda.UpdateOptions(options);
                    settings.AppendExecutionProvider_CUDA(cuda);
                }

                break;
            case "TENSORRT":
                using (var tensorRt = new OrtTensorRTProviderOptions())
                {
                    tensorRt.UpdateOptions(options);
                    settings.AppendExecutionProvider_Tensorrt(tensorRt);
                }

                break;
            case "DNNL":
                settings.AppendExecutionProvider_Dnnl();
                break;
            default:
                if (devices.Count > 0)
                {
                    settings.AppendExecutionProvider(environment, devices, options);
                }
                else
                {
                    settings.AppendExecutionProvider(name, options);
                }

                break;
        }
    }

    private static string List(OrtEnv environment) => string.Join(", ", environment.GetAvailableProviders()
        .Concat(environment.GetEpDevices().Select(device => device.EpName))
        .Distinct(StringComparer.OrdinalIgnoreCase)
        .Select(name => $"'{name}'"));

    private static bool Same(string known, string name) => Short(known).Equals(name, StringComparison.OrdinalIgnoreCase);

    private static string Short(string name) => name.EndsWith(Suffix, StringComparison.OrdinalIgnoreCase) ? name[..^Suffix.Length] : name;
}
