using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.X86;

namespace ServerlessInference.Models.Prepared;

/// <summary>The class of processor that a prepared model is good for.</summary>
/// <remarks>
/// <para>Optimised at level <c>all</c>, a model holds its convolution weights in blocks of as many channels as ONNX Runtime's kernels
/// take at once: 16 where they use AVX-512, 8 on other x86-64 processors. A model with blocks of the other length runs and
/// answers wrongly, so the class must be the one that ONNX Runtime itself finds. The rule is that of its file
/// <c>onnxruntime/core/mlas/lib/platform.cpp</c> (1.29): AVX2, FMA and AVX-512F in CPUID, and the AVX-512 registers enabled by the
/// operating system. What .NET reports is no help: it asks for more of AVX-512, it can be switched off by environment variables,
/// and a native program says what it was compiled for.</para>
/// <para>Which registers are enabled stands in the register XCR0, which .NET cannot read; but CPUID leaf 13 tells the size of the
/// area that the enabled ones need, and where each part lies in it.</para>
/// </remarks>
internal static class ProcessorClass
{
    /// <summary>x86-64 with AVX2 and FMA, without AVX-512.</summary>
    public const string Avx2 = "avx2";

    /// <summary>x86-64 with AVX-512.</summary>
    public const string Avx512 = "avx512";

    /// <summary>64-bit ARM.</summary>
    public const string Arm64 = "arm64";

    /// <summary>Every processor: a model without a layout of its own, optimised at level <c>extended</c>.</summary>
    public const string Any = "any";

    private const int Fma = 1 << 12, Xsave = 1 << 27, Avx = 1 << 28;
    private const int HasAvx2 = 1 << 5, HasAvx512F = 1 << 16;
    private const int XsaveLeaf = 0xD;

    /// <summary>Gives the result of the instruction CPUID for a leaf and a subleaf.</summary>
    public delegate (int Eax, int Ebx, int Ecx, int Edx) CpuIdReader(int leaf, int subleaf);

    /// <summary>Gets the class of the processor at hand; <see langword="null"/> for one that only takes models for every processor.</summary>
    public static string? Current { get; } =
        RuntimeInformation.ProcessArchitecture == Architecture.Arm64 ? Arm64 :
        RuntimeInformation.ProcessArchitecture == Architecture.X64 && X86Base.IsSupported ? OfX64(X86Base.CpuId) : null;

    public static bool IsKnown(string name) => name is Avx2 or Avx512 or Arm64 or Any;

    public static string? OfX64(CpuIdReader cpuId)
    {
        int highest = cpuId(0, 0).Eax;
        if (highest < XsaveLeaf)
        {
            return null;
        }

        int features = cpuId(1, 0).Ecx;
        int extended = cpuId(7, 0).Ebx;
        if ((features & (Fma | Xsave | Avx)) != (Fma | Xsave | Avx) || (extended & HasAvx2) == 0 || !Enabled(cpuId, 2))
        {
            return null;
        }

        return (extended & HasAvx512F) != 0 && Enabled(cpuId, 5) && Enabled(cpuId, 6) && Enabled(cpuId, 7) ? Avx512 : Avx2;
    }

    /// <summary>Tells whether the operating system saves a part of the registers: 2 for AVX; 5, 6 and 7 for AVX-512.</summary>
    private static bool Enabled(CpuIdReader cpuId, int component)
    {
        (int size, int offset, _, _) = cpuId(XsaveLeaf, component);
        return size > 0 && cpuId(XsaveLeaf, 0).Ebx >= offset + size;
    }
}
