namespace ServerlessInference.Vision.Detection.Internal.Heads;

/// <summary>What is known of an output when its head is looked for.</summary>
/// <param name="Output">The output's name.</param>
/// <param name="Axis1">The length of the second axis; below 0 where it may vary.</param>
/// <param name="Axis2">The length of the third axis; below 0 where it may vary.</param>
/// <param name="Labels">The number of class names; 0 where there are none.</param>
/// <param name="Height">The height of the model's input in pixels; 0 where it may vary.</param>
/// <param name="Width">The width of the model's input in pixels; 0 where it may vary.</param>
/// <param name="FromUltralytics">Whether an exporter of Ultralytics wrote the model.</param>
/// <param name="EndToEnd">Whether the metadata says that the model suppresses by itself.</param>
/// <param name="Forced">Whether the head was set: then only the shape counts.</param>
internal readonly record struct HeadQuery(
    string Output, long Axis1, long Axis2, int Labels, int Height, int Width, bool FromUltralytics, bool EndToEnd, bool Forced)
{
    /// <summary>Gets a value indicating whether all that decides is known.</summary>
    public bool IsComplete => Axis1 >= 0 && Axis2 >= 0 && Height > 0 && Width > 0;

    /// <summary>Gets the boxes per cell if the second axis counts boxes of a grid; 0 if it does not, or if that is not known.</summary>
    public int BoxesPerCellOnAxis1 => AnchorGrid.BoxesPerCell(Axis1, Height, Width);

    /// <summary>Gets the boxes per cell if the third axis counts boxes of a grid; 0 if it does not, or if that is not known.</summary>
    public int BoxesPerCellOnAxis2 => AnchorGrid.BoxesPerCell(Axis2, Height, Width);

    /// <summary>Says why an axis cannot hold the values of one box.</summary>
    /// <param name="axis">The axis: 1 or 2.</param>
    /// <param name="before">The values before the class scores: 4 or 5.</param>
    /// <returns>The reason; <see langword="null"/> where the axis fits, or may.</returns>
    public string? RejectValues(int axis, int before)
    {
        long values = axis == 1 ? Axis1 : Axis2;
        if (values < 0)
        {
            return null;
        }

        if (Labels > 0)
        {
            return values == before + Labels ? null : $"{Labels} labels need {before + Labels} values a box, and axis {axis} has {values}";
        }

        return values > before ? null : $"a box has at least {before + 1} values, and axis {axis} has {values}";
    }

    /// <summary>Says why the other axis is the one that counts boxes.</summary>
    /// <param name="axis">The axis that should count them: 1 or 2.</param>
    /// <returns>The reason; <see langword="null"/> where the axis fits, or may.</returns>
    public string? RejectBoxes(int axis)
    {
        int here = axis == 1 ? BoxesPerCellOnAxis1 : BoxesPerCellOnAxis2;
        int there = axis == 1 ? BoxesPerCellOnAxis2 : BoxesPerCellOnAxis1;
        if (here > 0 != there > 0)
        {
            return here > 0 ? null : $"axis {3 - axis} is the one that counts the boxes of a {Width} x {Height} input";
        }

        if (Labels > 0 || Axis1 < 0 || Axis2 < 0)
        {
            return null;
        }

        // Without labels: there are more boxes than values a box.
        bool fits = axis == 1 ? Axis1 > Axis2 : Axis2 > Axis1;
        return fits ? null : $"axis {axis} counts the boxes, and is not the longer one";
    }
}
