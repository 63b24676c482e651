namespace ServerlessInference.Vision.Detection.Heads;

/// <summary>The known properties of an output whose head is to be determined.</summary>
/// <param name="Output">The name of the output.</param>
/// <param name="Axis1">The length of the second axis; negative if it is dynamic.</param>
/// <param name="Axis2">The length of the third axis; negative if it is dynamic.</param>
/// <param name="Labels">The number of class names; 0 if there are none.</param>
/// <param name="Height">The height of the model's input in pixels; 0 if it is dynamic.</param>
/// <param name="Width">The width of the model's input in pixels; 0 if it is dynamic.</param>
/// <param name="FromUltralytics">Whether the model was written by an exporter of Ultralytics.</param>
/// <param name="EndToEnd">Whether the metadata states that the model itself suppresses overlapping boxes.</param>
/// <param name="Forced">Whether the head is set by an option. Then only the shape has to match.</param>
internal readonly record struct HeadQuery(
    string Output, long Axis1, long Axis2, int Labels, int Height, int Width, bool FromUltralytics, bool EndToEnd, bool Forced)
{
    /// <summary>
    /// Gets the number of values of a box that follow its class scores: mask coefficients, keypoints or an angle. 0 for a head of boxes.
    /// </summary>
    public int FurtherValues { get; init; }

    /// <summary>Gets a value indicating whether all sizes are known.</summary>
    public bool IsComplete => Axis1 >= 0 && Axis2 >= 0 && Height > 0 && Width > 0;

    /// <summary>
    /// Gets the boxes per cell, if the second axis is the number of boxes of a grid; 0 if it is not, or if that is not known.
    /// </summary>
    public int BoxesPerCellOnAxis1 => AnchorGrid.GetBoxesPerCell(Axis1, Height, Width);

    /// <summary>
    /// Gets the boxes per cell, if the third axis is the number of boxes of a grid; 0 if it is not, or if that is not known.
    /// </summary>
    public int BoxesPerCellOnAxis2 => AnchorGrid.GetBoxesPerCell(Axis2, Height, Width);

    /// <summary>Explains why an axis cannot contain the values of one box.</summary>
    /// <param name="axis">The axis: 1 or 2.</param>
    /// <param name="before">The number of values before the class scores: 4 or 5.</param>
    /// <returns>The reason, or <see langword="null"/> if the axis matches or is not known.</returns>
    public string? GetValuesMismatch(int axis, int before)
    {
        long values = axis == 1 ? Axis1 : Axis2;
        if (values < 0)
        {
            return null;
        }

        int others = before + FurtherValues;
        if (Labels > 0)
        {
            return values == others + Labels
                ? null
                : $"{Labels} labels need {others + Labels} values per box and axis {axis} has {values}";
        }

        return values > others ? null : $"a box has at least {others + 1} values and axis {axis} has {values}";
    }

    /// <summary>Explains why an axis cannot be the number of boxes.</summary>
    /// <param name="axis">The axis: 1 or 2.</param>
    /// <returns>The reason, or <see langword="null"/> if the axis matches or is not known.</returns>
    public string? GetBoxesMismatch(int axis)
    {
        // If exactly one of the axes is the number of boxes of a grid of this input, it is the one.
        int onThisAxis = axis == 1 ? BoxesPerCellOnAxis1 : BoxesPerCellOnAxis2;
        int onOtherAxis = axis == 1 ? BoxesPerCellOnAxis2 : BoxesPerCellOnAxis1;
        if (onThisAxis > 0 != onOtherAxis > 0)
        {
            return onThisAxis > 0 ? null : $"axis {3 - axis} is the number of boxes of a {Width} x {Height} input";
        }

        if (Labels > 0 || Axis1 < 0 || Axis2 < 0)
        {
            return null;
        }

        // Nothing else says that this is a detector, and all known detectors of these heads have grids.
        if (IsComplete && !FromUltralytics && !Forced && onThisAxis == 0)
        {
            return $"{(axis == 1 ? Axis1 : Axis2)} boxes are not those of the grids of a {Width} x {Height} input";
        }

        // Without labels the longer axis decides, since there are more boxes than values per box.
        bool isLonger = axis == 1 ? Axis1 > Axis2 : Axis2 > Axis1;
        return isLonger ? null : $"axis {axis} would be the number of boxes, but it is not the longer axis";
    }

    /// <summary>Creates the layout of an output, all sizes of which are known.</summary>
    /// <param name="boxes">The number of boxes.</param>
    /// <param name="classes">The number of class scores and further values of a box.</param>
    /// <returns>The layout.</returns>
    public HeadLayout CreateLayout(long boxes, long classes) =>
        new((int)boxes, (int)classes - FurtherValues, Height, Width, FurtherValues);
}
