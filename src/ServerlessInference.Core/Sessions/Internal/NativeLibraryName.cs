namespace ServerlessInference.Sessions;

/// <summary>How native libraries are named on this operating system.</summary>
internal static class NativeLibraryName
{
    /// <summary>Recognizes a library by its file name: <c>libx.so</c>, <c>libx.so.1.2</c>, <c>x.dll</c>, <c>libx.dylib</c>.</summary>
    public static bool IsLibrary(string file) =>
        OperatingSystem.IsWindows() ? file.EndsWith(".dll", StringComparison.OrdinalIgnoreCase)
        : OperatingSystem.IsMacOS() ? file.EndsWith(".dylib", StringComparison.Ordinal)
        : file.EndsWith(".so", StringComparison.Ordinal) || file.Contains(".so.", StringComparison.Ordinal);

    /// <summary>Gets the file names that the name in a P/Invoke may refer to, the most likely first.</summary>
    public static string[] GetFileNames(string name) =>
        OperatingSystem.IsWindows() ? [name + ".dll", name]
        : OperatingSystem.IsMacOS() ? [$"lib{name}.dylib", name + ".dylib", name, "lib" + name]
        : name.Contains(".so", StringComparison.Ordinal) ? [name, "lib" + name]
        : [$"lib{name}.so", name + ".so", name, "lib" + name];
}
