namespace ServerlessInference.Vision.Detection.Heads;

/// <summary>Recognises <c>[n, boxes, 6]</c>, the head of <see cref="EndToEndDecoder"/>.</summary>
internal sealed class EndToEndRecognizer : IHeadRecognizer
{
    private const int DefaultBoxCount = 300;

    public string? GetMismatch(in HeadQuery query)
    {
        int values = EndToEndDecoder.Values + query.FurtherValues;
        if (query.Axis2 >= 0 && query.Axis2 != values)
        {
            return $"a box has {values} values and axis 2 has {query.Axis2}";
        }

        // The boxes of YOLOv5's grids also have 6 values if there is one class.
        return !query.EndToEnd && !query.Forced && query.Labels <= 1 && IsGrid(query)
            ? $"{query.Axis1} is the number of grid boxes of a {query.Width} x {query.Height} input"
            : null;
    }

    public HeadLayout CreateLayout(in HeadQuery query) => query.CreateLayout(query.Axis1, classes: query.FurtherValues);

    /// <summary>Determines whether boxes of 6 values are those of a grid.</summary>
    /// <remarks>Some small grids have 300 boxes too, but 300 is far more likely to be the limit of an end-to-end export.</remarks>
    public static bool IsGrid(in HeadQuery query) => query.BoxesPerCellOnAxis1 > 0 && query.Axis1 != DefaultBoxCount;
}
