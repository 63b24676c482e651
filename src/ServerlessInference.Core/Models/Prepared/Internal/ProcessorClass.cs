using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.X86;

namespace ServerlessInference.Models.Prepared;

/// <summary>The class of processors that a prepared model is suitable for.</summary>
/// <remarks>
/// <para>A model that was optimised at level <c>all</c> stores its convolution weights in blocks of as many channels as the kernels of ONNX
/// Runtime process at once: 16 if they use AVX-512, 8 on other x86-64 processors. A model with blocks of the wrong length runs and returns
/// wrong answers, so the class must be the one that ONNX Runtime itself detects. The rule is that of its source file
/// <c>onnxruntime/core/mlas/lib/platform.cpp</c> (1.29): AVX2, FMA and AVX-512F in CPUID, and AVX-512 registers enabled by the operating
/// system. The properties of .NET cannot be used: they require more of AVX-512, environment variables can switch them off, and in a native
/// program they reflect what it was compiled for.</para>
/// <para>The register XCR0 shows which registers are enabled, but .NET cannot read it. Leaf 13 of CPUID provides the same information: the
/// size of the area that the enabled registers need, and the position of each part in that area.</para>
/// </remarks>
internal static class ProcessorClass
{
    /// <summary>x86-64 with AVX2 and FMA, without AVX-512.</summary>
    public const string Avx2 = "avx2";

    /// <summary>x86-64 with AVX-512.</summary>
    public const string Avx512 = "avx512";

    /// <summary>64-bit ARM.</summary>
    public const string Arm64 = "arm64";

    /// <summary>All processors: a model without a processor-specific layout, optimised at level <c>extended</c>.</summary>
    public const string Any = "any";

    private const int Fma = 1 << 12, Xsave = 1 << 27, Avx = 1 << 28;
    private const int HasAvx2 = 1 << 5, HasAvx512F = 1 << 16;
    private const int XsaveLeaf = 0xD;

    /// <summary>Executes the instruction CPUID for a leaf and a subleaf.</summary>
    public delegate (int Eax, int Ebx, int Ecx, int Edx) CpuIdReader(int leaf, int subleaf);

    /// <summary>
    /// Gets the class of this processor; <see langword="null"/> if only models for all processors are suitable.
    /// </summary>
    public static string? Current { get; } =
        RuntimeInformation.ProcessArchitecture == Architecture.Arm64 ? Arm64 :
        RuntimeInformation.ProcessArchitecture == Architecture.X64 && X86Base.IsSupported ? DetectX64(X86Base.CpuId) : null;

    public static bool IsKnown(string name) => name is Avx2 or Avx512 or Arm64 or Any;

    public static string? DetectX64(CpuIdReader cpuId)
    {
        int highest = cpuId(0, 0).Eax;
        if (highest < XsaveLeaf)
        {
            return null;
        }

        int features = cpuId(1, 0).Ecx;
        int extended = cpuId(7, 0).Ebx;
        if ((features & (Fma | Xsave | Avx)) != (Fma | Xsave | Avx) || (extended & HasAvx2) == 0 || !IsEnabled(cpuId, 2))
        {
            return null;
        }

        bool hasAvx512 = (extended & HasAvx512F) != 0 && IsEnabled(cpuId, 5) && IsEnabled(cpuId, 6) && IsEnabled(cpuId, 7);
        return hasAvx512 ? Avx512 : Avx2;
    }

    /// <summary>Determines whether the operating system has enabled a group of registers: 2 for AVX; 5, 6 and 7 for AVX-512.</summary>
    private static bool IsEnabled(CpuIdReader cpuId, int component)
    {
        (int size, int offset, _, _) = cpuId(XsaveLeaf, component);
        return size > 0 && cpuId(XsaveLeaf, 0).Ebx >= offset + size;
    }
}
