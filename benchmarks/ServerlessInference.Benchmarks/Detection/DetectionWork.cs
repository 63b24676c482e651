using System.Numerics;
using System.Numerics.Tensors;
using System.Runtime.InteropServices;
using ServerlessInference.Vision.Detection.Heads;
using ServerlessInference.Vision.Detection.Suppression;

namespace ServerlessInference.Benchmarks.Detection;

/// <summary>Decodes and suppresses <c>[84, 8400]</c> on one thread. The baseline reads the tensor once for its maximum.</summary>
internal sealed class DetectionWork
{
    private readonly float[] _typical = DetectionScene.Typical();
    private readonly float[] _worst = DetectionScene.Worst();
    private readonly CandidateBuffer _candidates = new();
    private readonly NonMaxSuppression _suppression = new();
    private readonly YoloV8Decoder _decoder = new();

    /// <summary>One vectorised pass that does not look for NaN: the least work that reads every score.</summary>
    public float MaximumPass()
    {
        ref float first = ref MemoryMarshal.GetArrayDataReference(_typical);
        Vector<float> a = new(float.MinValue), b = a, c = a, d = a;
        int step = Vector<float>.Count;
        for (int i = 0; i < _typical.Length; i += 4 * step)
        {
            a = Vector.MaxNative(a, Vector.LoadUnsafe(ref first, (nuint)i));
            b = Vector.MaxNative(b, Vector.LoadUnsafe(ref first, (nuint)(i + step)));
            c = Vector.MaxNative(c, Vector.LoadUnsafe(ref first, (nuint)(i + (2 * step))));
            d = Vector.MaxNative(d, Vector.LoadUnsafe(ref first, (nuint)(i + (3 * step))));
        }

        a = Vector.MaxNative(Vector.MaxNative(a, b), Vector.MaxNative(c, d));
        float maximum = a[0];
        for (int i = 1; i < step; i++)
        {
            maximum = float.MaxNative(maximum, a[i]);
        }

        return maximum;
    }

    /// <summary>The same with the runtime's own function, which looks for NaN.</summary>
    public float TensorPrimitivesMax() => TensorPrimitives.Max<float>(_typical);

    /// <summary>100 candidates of 6 classes.</summary>
    public int TypicalScene() => Run(_typical, agnostic: false);

    /// <summary>All 8400 boxes above the threshold, one class, up to 300 kept.</summary>
    public int WorstCase() => Run(_worst, agnostic: true);

    private int Run(float[] output, bool agnostic)
    {
        _candidates.Clear();
        _decoder.Decode(output, new HeadLayout(DetectionScene.Boxes, DetectionScene.Classes, 640, 640), 0.25f, _candidates);
        return _suppression.Run(_candidates.Items, new SuppressionSettings(0.7f, agnostic, 300, 30_000)).Length;
    }
}
