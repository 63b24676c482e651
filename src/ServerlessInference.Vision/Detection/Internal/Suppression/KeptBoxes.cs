using System.Numerics;
using System.Runtime.InteropServices;

namespace ServerlessInference.Vision.Detection.Suppression;

/// <summary>The boxes that suppression has kept so far. Not thread-safe.</summary>
/// <remarks>
/// There is one array per edge instead of one array of boxes, so that one vector operation compares a candidate with several boxes. The
/// arrays' lengths are multiples of the vector length. Unused elements have the class <see cref="NoClass"/>, which no candidate has, so
/// the loop needs no code for a remainder.
/// </remarks>
internal sealed class KeptBoxes
{
    private const int NoClass = -1;

    private float[] _left = [];
    private float[] _top = [];
    private float[] _right = [];
    private float[] _bottom = [];
    private float[] _area = [];
    private int[] _class = [];
    private int[] _candidate = [];

    /// <summary>Gets the number of boxes.</summary>
    public int Count { get; private set; }

    /// <summary>Gets the indices of the candidates, in descending order of score.</summary>
    public ReadOnlySpan<int> Candidates => _candidate.AsSpan(0, Count);

    /// <summary>Empties the list.</summary>
    public void Clear()
    {
        _class.AsSpan(0, Count).Fill(NoClass);
        Count = 0;
    }

    /// <summary>Adds a box.</summary>
    /// <param name="box">The box.</param>
    /// <param name="group">The class within which boxes suppress each other.</param>
    /// <param name="index">The index of the candidate.</param>
    public void Add(in Candidate box, int group, int index)
    {
        if (Count == _candidate.Length)
        {
            Grow();
        }

        _left[Count] = box.Left;
        _top[Count] = box.Top;
        _right[Count] = box.Right;
        _bottom[Count] = box.Bottom;
        _area[Count] = Area(box);
        _class[Count] = group;
        _candidate[Count++] = index;
    }

    /// <summary>Determines whether any kept box of a class overlaps a box by more than a threshold.</summary>
    /// <remarks>
    /// The overlap is the intersection over union in float32, as in torchvision: <c>inter / (a + b - inter)</c>. Boxes without an area
    /// overlap nothing, since 0 / 0 is NaN. Each element is computed on its own, so the result does not depend on the vector length of
    /// the processor.
    /// </remarks>
    /// <param name="box">The box.</param>
    /// <param name="group">The class.</param>
    /// <param name="threshold">The threshold.</param>
    /// <returns><see langword="true"/> if there is such a box.</returns>
    public bool AnyOverlaps(in Candidate box, int group, float threshold)
    {
        var left = new Vector<float>(box.Left);
        var top = new Vector<float>(box.Top);
        var right = new Vector<float>(box.Right);
        var bottom = new Vector<float>(box.Bottom);
        var area = new Vector<float>(Area(box));
        var limit = new Vector<float>(threshold);
        var wanted = new Vector<int>(group);
        ref float lefts = ref MemoryMarshal.GetArrayDataReference(_left);
        ref float tops = ref MemoryMarshal.GetArrayDataReference(_top);
        ref float rights = ref MemoryMarshal.GetArrayDataReference(_right);
        ref float bottoms = ref MemoryMarshal.GetArrayDataReference(_bottom);
        ref float areas = ref MemoryMarshal.GetArrayDataReference(_area);
        ref int classes = ref MemoryMarshal.GetArrayDataReference(_class);

        for (nuint i = 0; i < (nuint)Count; i += (nuint)Vector<float>.Count)
        {
            Vector<float> width =
                Vector.MinNative(right, Vector.LoadUnsafe(ref rights, i)) - Vector.MaxNative(left, Vector.LoadUnsafe(ref lefts, i));
            Vector<float> height =
                Vector.MinNative(bottom, Vector.LoadUnsafe(ref bottoms, i)) - Vector.MaxNative(top, Vector.LoadUnsafe(ref tops, i));
            Vector<float> inter = Vector.MaxNative(width, Vector<float>.Zero) * Vector.MaxNative(height, Vector<float>.Zero);
            Vector<int> above = Vector.GreaterThan(inter / (area + Vector.LoadUnsafe(ref areas, i) - inter), limit);
            if (Vector.BitwiseAnd(above, Vector.Equals(Vector.LoadUnsafe(ref classes, i), wanted)) != Vector<int>.Zero)
            {
                return true;
            }
        }

        return false;
    }

    private static float Area(in Candidate box) => (box.Right - box.Left) * (box.Bottom - box.Top);

    private void Grow()
    {
        int length = Math.Max(Count * 2, 8 * Vector<float>.Count);
        Array.Resize(ref _left, length);
        Array.Resize(ref _top, length);
        Array.Resize(ref _right, length);
        Array.Resize(ref _bottom, length);
        Array.Resize(ref _area, length);
        Array.Resize(ref _class, length);
        Array.Resize(ref _candidate, length);
        _class.AsSpan(Count).Fill(NoClass);
    }
}
